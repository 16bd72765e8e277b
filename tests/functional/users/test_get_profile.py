"""Showing one's own account."""

from collections.abc import Callable

import pytest

from mall import ids
from mall.auth import NOBODY, Caller
from mall.users import store
from mall.users.model import State
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import People


def test_a_new_customer_sees_an_account_with_nothing_told_of_oneself(
    invoke: Callable[..., Answer], people: People
) -> None:
    person = people.register("Lin@Example.com")

    answer = invoke("users.get_profile", caller=person.caller)

    told = {name: answer.body[name] for name in ("nickname", "gender", "birthday", "region", "avatar")}
    assert (answer.status, answer.body["id"], answer.body["email"]) == (200, person.id, "lin@example.com")
    assert told == {"nickname": "", "gender": None, "birthday": None, "region": "", "avatar": ""}
    assert (answer.body["roles"], answer.body["merchant_id"], answer.body["version"]) == ([], None, 0)


def test_staff_see_their_roles_and_whom_they_work_for(invoke: Callable[..., Answer], people: People) -> None:
    merchant_id = ids.new("mch", slot=7)
    person = people.staff(["merchant_owner", "merchant_clerk"], merchant_id=merchant_id)

    body = invoke("users.get_profile", caller=person.caller).body

    assert (body["roles"], body["merchant_id"]) == (["merchant_clerk", "merchant_owner"], merchant_id)


def test_nothing_that_proves_who_one_is_is_shown(invoke: Callable[..., Answer], people: People) -> None:
    person = people.register()
    people.protect(person)

    shown = str(invoke("users.get_profile", caller=person.caller).body)

    account = store.load(person.id)
    assert account.totp is not None
    assert account.password_hash not in shown
    assert account.totp.secret not in shown
    assert "argon2" not in shown


@pytest.mark.parametrize("state", [State.DISABLED, State.CLOSED])
def test_an_account_that_is_not_active_is_shown_to_nobody(
    invoke: Callable[..., Answer], people: People, state: State
) -> None:
    person = people.register()
    account = store.load(person.id)
    store.save(account.move_to(state), before=account)

    answer = invoke("users.get_profile", caller=person.caller)

    assert (answer.status, answer.code) == (403, "AccountClosed")


def test_a_token_of_an_account_that_never_was_shows_nothing(invoke: Callable[..., Answer]) -> None:
    caller = Caller(user_id=ids.new("usr", slot=1), session_id=ids.new("ses"))

    assert invoke("users.get_profile", caller=caller).status == 404


def test_no_cache_keeps_a_profile(invoke: Callable[..., Answer], people: People) -> None:
    answer = invoke("users.get_profile", caller=people.register().caller)

    assert answer.headers["cache-control"] == "no-store"


def test_nobody_has_no_profile(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.get_profile", caller=NOBODY).status == 401
