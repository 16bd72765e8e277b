"""Putting an authenticator app in force."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.auth import NOBODY
from mall.users import store
from mall.users.totp import service
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import People, app_code


@pytest.fixture
def confirm(invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    """Confirm the app with a code."""
    return lambda caller, code: invoke("users.confirm_totp", caller=caller, body={"code": code})


def test_a_code_of_the_app_puts_it_in_force_and_shows_the_recovery_codes(
    invoke: Callable[..., Answer], people: People, confirm: Callable[..., Answer]
) -> None:
    person = people.register()
    secret = invoke("users.start_totp", caller=person.caller).body["secret"]

    answer = confirm(person.caller, app_code(secret))

    assert answer.status == 200
    assert len(set(answer.body["recovery_codes"])) == 10
    assert invoke("users.get_profile", caller=person.caller).body["has_totp"] is True
    body = {"identifier": person.identifier, "password": person.password}
    assert invoke("users.sign_in", body=body).code == "TotpRequired"


def test_recovery_codes_are_not_stored_as_they_are(people: People) -> None:
    person = people.register()

    _, recovery = people.protect(person)

    kept = store.load(person.id).totp
    assert kept is not None
    assert len(kept.recovery) == len(recovery)
    assert not any(code in kept.recovery for code in recovery)


@pytest.mark.parametrize("code", ["abcdef", "１２３４５６", "0" * 16])
def test_a_wrong_code_puts_nothing_in_force(
    invoke: Callable[..., Answer], people: People, confirm: Callable[..., Answer], code: str
) -> None:
    person = people.register()
    invoke("users.start_totp", caller=person.caller)

    answer = confirm(person.caller, code)

    assert (answer.status, answer.code) == (400, "WrongCode")
    assert invoke("users.get_profile", caller=person.caller).body["has_totp"] is False


def test_a_code_of_a_minute_ago_is_too_old(
    invoke: Callable[..., Answer], people: People, confirm: Callable[..., Answer], passing: Callable[..., Any]
) -> None:
    person = people.register()
    with passing():
        secret = invoke("users.start_totp", caller=person.caller).body["secret"]
        code = app_code(secret)
        with passing(seconds=61):
            answer = confirm(person.caller, code)

    assert answer.status == 400


def test_there_is_nothing_to_confirm_before_the_start_or_after_the_end(
    people: People, confirm: Callable[..., Answer]
) -> None:
    person = people.register()

    before = confirm(person.caller, "123456")
    secret, _ = people.protect(person)
    after = confirm(person.caller, app_code(secret))

    assert [(answer.status, answer.code) for answer in (before, after)] == [(409, "TotpState")] * 2


def test_codes_are_guessed_ten_times_an_hour(
    invoke: Callable[..., Answer], people: People, confirm: Callable[..., Answer], passing: Callable[..., Any]
) -> None:
    person = people.register()
    secret = invoke("users.start_totp", caller=person.caller).body["secret"]

    with passing():
        statuses = [confirm(person.caller, "abcdef").status for _ in range(10)]
        shut = confirm(person.caller, app_code(secret))
    with passing(hours=1):
        opened = confirm(person.caller, app_code(secret))

    assert statuses == [400] * 10
    assert (shut.status, opened.status) == (429, 200)


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_of_two_confirmations_at_once_one_shows_recovery_codes(
    invoke: Callable[..., Answer], people: People, at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    person = people.register()
    secret = invoke("users.start_totp", caller=person.caller).body["secret"]
    code = app_code(secret)

    results = at_once(*[lambda: service.confirm_totp(person.caller, code)] * 2, seed=seed)

    (shown,) = (result for result in results if isinstance(result, list))
    assert people.sign_in(person, totp=shown[0]).id == person.id


def test_nobody_confirms_nothing(confirm: Callable[..., Answer]) -> None:
    assert confirm(NOBODY, "123456").status == 401
