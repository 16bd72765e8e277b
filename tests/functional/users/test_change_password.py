"""Replacing one's password."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.auth import NOBODY
from mall.users import store
from mall.users.model import BUILT_IN_ROLES, State
from mall.users.passwords import service
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import PASSWORD, People

NEW = "violet harbour lantern"


@pytest.fixture
def change(invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    """Change the password to NEW, proven by the present one unless told otherwise."""

    def request(caller: Any, **body: object) -> Answer:
        proof = {} if "code" in body else {"current_password": PASSWORD}
        return invoke("users.change_password", caller=caller, body={"new_password": NEW, **proof, **body})

    return request


def sign_in(invoke: Callable[..., Answer], identifier: str, password: str) -> int:
    return invoke("users.sign_in", body={"identifier": identifier, "password": password}).status


def test_from_then_on_only_the_new_password_signs_in(
    invoke: Callable[..., Answer], people: People, change: Callable[..., Answer]
) -> None:
    person = people.register()

    answer = change(person.caller)

    assert (answer.status, answer.body) == (204, None)
    assert [sign_in(invoke, person.identifier, password) for password in (PASSWORD, NEW)] == [401, 201]


def test_every_other_device_is_signed_out_and_this_one_is_not(
    invoke: Callable[..., Answer], people: People, change: Callable[..., Answer]
) -> None:
    person = people.register()
    other = people.sign_in(person)

    change(person.caller)

    statuses = [
        invoke("users.refresh_session", body={"refresh_token": one.refresh_token}).status for one in (person, other)
    ]
    assert statuses == [200, 401]


def test_the_wrong_password_changes_nothing(
    invoke: Callable[..., Answer], people: People, change: Callable[..., Answer]
) -> None:
    person = people.register()
    other = people.sign_in(person)

    answer = change(person.caller, current_password="wrong")

    assert (answer.status, answer.code) == (401, "WrongCredentials")
    assert sign_in(invoke, person.identifier, PASSWORD) == 201
    assert invoke("users.refresh_session", body={"refresh_token": other.refresh_token}).status == 200


def test_a_stolen_token_does_not_serve_to_guess_the_password(
    people: People, change: Callable[..., Answer], passing: Callable[..., Any]
) -> None:
    person = people.register()
    with passing():
        statuses = [change(person.caller, current_password="wrong").status for _ in range(5)]
        shut = change(person.caller)
        with passing(seconds=30):
            opened = change(person.caller)

    assert statuses == [401] * 5
    assert (shut.status, shut.code, opened.status) == (429, "TooManyAttempts", 204)


def test_guesses_at_the_present_password_made_at_once_are_no_more(
    people: People, at_once: Callable[..., list[Any]]
) -> None:
    person = people.register()

    def guess() -> None:
        service.change_password(person.caller, current="wrong", code=None, new=NEW)

    results = [type(result).__name__ for result in at_once(*[guess] * 9)]

    assert set(results) == {"WrongCredentials", "TooManyAttempts"}
    assert results.count("WrongCredentials") <= 5


def test_a_code_sets_the_first_password(
    invoke: Callable[..., Answer], people: People, change: Callable[..., Answer], passing: Callable[..., Any]
) -> None:
    person = people.register(password=None)

    with passing(minutes=2):
        code = people.code(person.identifier, "reset_password")
        answers = [change(person.caller, code=code).status, change(person.caller, code=code).status]

    assert answers == [204, 400]
    assert sign_in(invoke, person.identifier, NEW) == 201


def test_a_code_to_the_phone_proves_as_much_as_one_by_mail(
    invoke: Callable[..., Answer], people: People, change: Callable[..., Answer], passing: Callable[..., Any]
) -> None:
    person = people.register()
    body = {"identifier": "13800138000", "code": people.code("13800138000", "bind"), "password": PASSWORD}
    assert invoke("users.bind_identifier", caller=person.caller, body=body).status == 200

    with passing(minutes=2):
        code = people.code("13800138000", "reset_password")
        assert change(person.caller, code=code).status == 204


def test_a_code_of_somebody_else_or_for_something_else_proves_nothing(
    people: People, change: Callable[..., Answer], passing: Callable[..., Any]
) -> None:
    person, other = people.register(), people.register()
    with passing(minutes=2):
        theirs = people.code(other.identifier, "reset_password")
        mine = people.code(person.identifier, "sign_in")

        answers = [change(person.caller, code=code) for code in (theirs, mine)]

    assert [(answer.status, answer.code) for answer in answers] == [(400, "WrongCode")] * 2


@pytest.mark.parametrize("new", ["iloveyou", "12345678", "person1 at the beach", PASSWORD])
def test_a_weak_or_the_same_password_is_refused(people: People, change: Callable[..., Answer], new: str) -> None:
    person = people.register("person1@example.com")

    answer = change(person.caller, new_password=new)

    assert (answer.status, answer.code) == (400, "WeakPassword")


def test_a_one_time_password_has_to_be_replaced_by_another(people: People, change: Callable[..., Answer]) -> None:
    newcomer = people.staff(["operator"], settled=False)

    same = change(newcomer.caller, current_password=newcomer.password, new_password=newcomer.password)
    other = change(newcomer.caller, current_password=newcomer.password)

    assert (same.code, other.status) == ("WeakPassword", 204)


def test_permissions_come_with_the_first_password_of_ones_own(
    invoke: Callable[..., Answer], people: People, change: Callable[..., Answer]
) -> None:
    newcomer = people.staff(["operator"], settled=False)
    change(newcomer.caller, current_password=newcomer.password)

    answer = invoke("users.sign_in", body={"identifier": newcomer.identifier, "password": NEW})

    assert answer.body["must_change_password"] is False
    assert people.caller(answer).permissions == BUILT_IN_ROLES["operator"].permissions


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_of_two_changes_at_once_one_counts(
    invoke: Callable[..., Answer], people: People, at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    person = people.register()
    wanted = ["violet harbour lantern", "amber forest compass"]

    results = at_once(
        *[
            lambda new=new: service.change_password(person.caller, current=PASSWORD, code=None, new=new)
            for new in wanted
        ],
        seed=seed,
    )

    done = [new for new, result in zip(wanted, results, strict=True) if result is None]
    assert len(done) == 1
    assert [password for password in wanted if sign_in(invoke, person.identifier, password) == 201] == done


def test_a_disabled_account_changes_nothing(people: People, change: Callable[..., Answer]) -> None:
    person = people.register()
    account = store.load(person.id)
    store.save(account.move_to(State.DISABLED), before=account)

    answer = change(person.caller)

    assert (answer.status, answer.code) == (403, "AccountClosed")
    assert store.load(person.id).password_hash == account.password_hash


@pytest.mark.parametrize(
    "body",
    [
        {"new_password": NEW},
        {"new_password": NEW, "current_password": PASSWORD, "code": "123456"},
        {"new_password": NEW, "current_password": ""},
        {"new_password": "short", "current_password": PASSWORD},
        {"current_password": PASSWORD},
    ],
)
def test_a_form_of_another_shape_is_refused(
    invoke: Callable[..., Answer], people: People, body: dict[str, object]
) -> None:
    answer = invoke("users.change_password", caller=people.register(password=None).caller, body=body)

    assert (answer.status, answer.code) == (400, "Invalid")


def test_nobody_has_no_password(change: Callable[..., Answer]) -> None:
    assert change(NOBODY).status == 401
