"""Closing one's account: proven once more, final, and at once without anything that names its owner."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from mall import ids
from mall.auth import NOBODY
from mall.events.items import OutboxItem
from mall.users import store
from mall.users.model import ChangedMeanwhile, State
from mall.users.privacy import service
from mall.users.sessions import store as sessions
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import PASSWORD, People, Person
from tests.functional.wallet import acts as wallets

pytestmark = pytest.mark.usefixtures("database")

Passing = Callable[..., AbstractContextManager[None]]
MERCHANT = ids.new("mch", slot=7)


@pytest.fixture
def close(invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    """Close somebody's account."""
    return lambda person, **proof: invoke("users.close_account", caller=person.caller, body=proof)


def news(person: Person) -> list[str]:
    """The names of what was told of somebody."""
    return [item.name for item in OutboxItem.query(person.id)]


def test_nothing_that_names_its_owner_is_left_of_the_account(
    people: People, close: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    me = people.register()
    change = {"nickname": "安娜", "gender": "female", "birthday": "1990-02-03", "region": "440305"}
    invoke("users.update_profile", caller=me.caller, body=change)

    answer = close(me, password=PASSWORD)

    assert (answer.status, answer.body) == (202, None)
    left = store.load(me.id)
    assert (left.state, left.identifiers, left.password_hash, left.totp) == (State.CLOSED, (), "", None)
    assert left.profile == type(left.profile)(locale="")
    assert news(me) == ["users.UserRegistered", "users.AccountClosed"]


def test_who_only_signs_in_with_codes_closes_with_one(
    people: People, close: Callable[..., Answer], passing: Passing
) -> None:
    me = people.register("13800138000", password=None)

    with passing(minutes=2):
        assert close(me, code=people.code("13800138000", "close_account")).status == 202
    assert store.load(me.id).state is State.CLOSED


def test_an_account_with_money_in_its_wallet_stays_open_until_it_is_spent(
    people: People, close: Callable[..., Answer]
) -> None:
    me = people.register()
    trade = wallets.trade_of(me.id)
    wallets.credit(me.id, 500)

    with_money = close(me, password=PASSWORD)
    wallets.hold(me.id, trade, 500)
    with_held_money = close(me, password=PASSWORD)
    wallets.capture(me.id, trade)

    for answer in (with_money, with_held_money):
        assert (answer.status, answer.code) == (409, "WalletNotEmpty")
    assert store.load(me.id).state is State.ACTIVE
    assert close(me, password=PASSWORD).status == 202


def test_the_address_is_free_for_a_new_account(people: People, close: Callable[..., Answer], passing: Passing) -> None:
    me = people.register("anna@example.com")
    close(me, password=PASSWORD)

    with passing(minutes=2):
        again = people.register("anna@example.com")

    assert again.id != me.id
    assert store.load(me.id).email == ""


def test_every_device_is_signed_out(
    people: People, close: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    me = people.register()
    there = people.sign_in(me)
    invoke("users.refresh_session", body={"refresh_token": there.refresh_token})

    close(me, password=PASSWORD)

    for token in (me.refresh_token, there.refresh_token):
        assert invoke("users.refresh_session", body={"refresh_token": token}).status == 401
    assert list(sessions.sessions(me.id)) == []
    proof = {"identifier": me.identifier, "password": PASSWORD}
    assert invoke("users.sign_in", body=proof).code == "WrongCredentials"


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("users.get_profile", {}),
        ("users.update_profile", {"body": {"nickname": "安娜"}}),
        ("users.change_password", {"body": {"current_password": PASSWORD, "new_password": "another horse 17"}}),
        ("users.start_totp", {}),
        ("users.confirm_totp", {"body": {"code": "123456"}}),
        ("users.remove_totp", {"body": {"code": "123456"}}),
        ("users.bind_identifier", {"body": {"identifier": "next@example.com", "code": "123456"}}),
        ("users.request_export", {}),
    ],
)
def test_a_token_from_before_changes_nothing_any_more(
    people: People, close: Callable[..., Answer], invoke: Callable[..., Answer], name: str, request_: dict[str, Any]
) -> None:
    me = people.register()
    close(me, password=PASSWORD)
    left = store.load(me.id)

    answer = invoke(name, caller=me.caller, **request_)

    assert (answer.status, answer.code) == (403, "AccountClosed")
    assert store.load(me.id) == left


@pytest.mark.parametrize(
    ("proof", "status", "code"),
    [
        ({"password": "wrong horse battery"}, 401, "WrongCredentials"),
        ({"password": ""}, 400, "Invalid"),
        ({"code": "000000"}, 400, "WrongCode"),
        ({}, 400, "Invalid"),
        ({"password": PASSWORD, "code": "000000"}, 400, "Invalid"),
        ({"password": PASSWORD, "user_id": "usr_1"}, 400, "Invalid"),
    ],
)
def test_without_proof_nothing_is_closed(
    people: People, close: Callable[..., Answer], proof: dict[str, str], status: int, code: str
) -> None:
    me = people.register()

    answer = close(me, **proof)

    assert (answer.status, answer.code) == (status, code)
    assert store.load(me.id).state is State.ACTIVE


def test_a_code_for_something_else_or_of_somebody_else_closes_nothing(
    people: People, close: Callable[..., Answer], passing: Passing
) -> None:
    me, other = people.register(), people.register()

    with passing(minutes=2):
        assert close(me, code=people.code(me.identifier, "sign_in")).code == "WrongCode"
        assert close(me, code=people.code(other.identifier, "close_account")).code == "WrongCode"
    assert store.load(me.id).state is State.ACTIVE


def test_a_stolen_token_does_not_serve_to_guess_the_password(people: People, close: Callable[..., Answer]) -> None:
    me = people.register()

    answers = [close(me, password=f"wrong horse {number}") for number in range(6)]

    assert {answer.code for answer in answers[:5]} == {"WrongCredentials"}
    assert (answers[5].status, answers[5].code) == (429, "TooManyAttempts")
    assert close(me, password=PASSWORD).status == 429


def test_a_repetition_closes_nothing_twice(people: People, close: Callable[..., Answer]) -> None:
    me = people.register()
    close(me, password=PASSWORD)
    left = store.load(me.id)

    again = close(me, password=PASSWORD)

    assert (again.status, again.body) == (202, None)
    assert store.load(me.id) == left
    assert news(me).count("users.AccountClosed") == 1


def test_of_two_closings_at_once_one_is_told(people: People, at_once: Callable[..., list[Any]]) -> None:
    me = people.register()

    results = at_once(*[lambda: service.close_account(me.caller, password=PASSWORD, code=None)] * 2)

    assert sum(isinstance(result, ChangedMeanwhile) or result is None for result in results) == 2, results
    assert None in results
    assert news(me).count("users.AccountClosed") == 1
    assert store.load(me.id).state is State.CLOSED


def test_a_staff_account_is_closed_by_nobody_but_those_who_manage_it(
    people: People, close: Callable[..., Answer]
) -> None:
    for staff in (people.staff(["ops"]), people.staff(["merchant_owner"], merchant_id=MERCHANT)):
        answer = close(staff, password=PASSWORD)

        assert (answer.status, answer.code) == (403, "StaffAccount")
        assert store.load(staff.id).state is State.ACTIVE


def test_a_stranger_closes_nothing(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.close_account", caller=NOBODY, body={"password": PASSWORD}).status == 401


def test_the_news_names_nobody(people: People, close: Callable[..., Answer]) -> None:
    me = people.register("anna@example.com")

    close(me, password=PASSWORD)

    assert not [item for item in OutboxItem.query(me.id) if "anna" in item.detail]
