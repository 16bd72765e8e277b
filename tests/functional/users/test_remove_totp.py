"""Taking an authenticator app away."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.auth import NOBODY
from mall.users import store
from mall.users.totp import service
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import People, app_code


@pytest.fixture
def remove(invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    """Take the app away, proven by a code."""
    return lambda caller, code: invoke("users.remove_totp", caller=caller, body={"code": code})


def test_with_a_code_of_the_app_it_is_asked_for_no_longer(
    people: People, remove: Callable[..., Answer], passing: Callable[..., Any]
) -> None:
    person = people.register()
    secret, _ = people.protect(person)

    with passing(minutes=1):
        answer = remove(person.caller, app_code(secret))

    assert (answer.status, answer.body) == (204, None)
    assert store.load(person.id).totp is None
    assert people.sign_in(person).id == person.id


def test_a_recovery_code_takes_a_lost_app_away(people: People, remove: Callable[..., Answer]) -> None:
    person = people.register()
    _, recovery = people.protect(person)

    assert remove(person.caller, f" {recovery[3].upper()} ").status == 204


@pytest.mark.parametrize("code", ["abcdef", "aaaaa-bbbbb", "１２３４５６"])
def test_without_a_code_the_app_stays(people: People, remove: Callable[..., Answer], code: str) -> None:
    person = people.register()
    people.protect(person)

    answer = remove(person.caller, code)

    assert (answer.status, answer.code) == (400, "WrongCode")
    assert store.load(person.id).totp is not None


def test_a_code_that_was_used_takes_nothing_away(
    people: People, remove: Callable[..., Answer], passing: Callable[..., Any]
) -> None:
    person = people.register()
    secret, recovery = people.protect(person)

    with passing(minutes=1):
        people.sign_in(person, totp=app_code(secret))
        people.sign_in(person, totp=recovery[0])
        answers = [remove(person.caller, code).status for code in (app_code(secret), recovery[0])]

    assert answers == [400, 400]


def test_anothers_recovery_code_takes_nothing_away(people: People, remove: Callable[..., Answer]) -> None:
    person, other = people.register(), people.register()
    people.protect(person)
    _, theirs = people.protect(other)

    assert remove(person.caller, theirs[0]).status == 400


def test_there_has_to_be_an_app_in_force(
    invoke: Callable[..., Answer], people: People, remove: Callable[..., Answer]
) -> None:
    person = people.register()
    before = remove(person.caller, "123456")
    secret = invoke("users.start_totp", caller=person.caller).body["secret"]
    unconfirmed = remove(person.caller, app_code(secret))

    assert [(answer.status, answer.code) for answer in (before, unconfirmed)] == [(409, "TotpState")] * 2


def test_codes_are_guessed_ten_times_an_hour_together_with_confirming(
    people: People, remove: Callable[..., Answer], passing: Callable[..., Any]
) -> None:
    person = people.register()
    with passing():
        _, recovery = people.protect(person)
        statuses = [remove(person.caller, "abcdef").status for _ in range(9)]

        assert statuses == [400] * 9
        assert remove(person.caller, recovery[0]).status == 429


def test_a_recovery_code_used_twice_at_once_works_once(people: People, at_once: Callable[..., list[Any]]) -> None:
    person = people.register()
    _, recovery = people.protect(person)

    results = at_once(*[lambda: service.remove_totp(person.caller, recovery[0])] * 2)

    assert [type(result).__name__ for result in results if result] == ["ChangedMeanwhile"]


def test_nobody_has_no_app(remove: Callable[..., Answer]) -> None:
    assert remove(NOBODY, "123456").status == 401
