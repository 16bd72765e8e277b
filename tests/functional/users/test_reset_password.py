"""Setting a lost password anew."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.users import model, store
from mall.users.model import State
from mall.users.passwords import service
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import PASSWORD, People

NEW = "violet harbour lantern"


@pytest.fixture
def reset(invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    """Set the password to NEW."""

    def request(identifier: str, code: str, new: str = NEW) -> Answer:
        return invoke("users.reset_password", body={"identifier": identifier, "code": code, "new_password": new})

    return request


def sign_in(invoke: Callable[..., Answer], identifier: str, password: str) -> int:
    return invoke("users.sign_in", body={"identifier": identifier, "password": password}).status


def test_whoever_reads_the_code_sets_the_password(
    invoke: Callable[..., Answer], people: People, reset: Callable[..., Answer], passing: Callable[..., Any]
) -> None:
    person = people.register()

    with passing(minutes=2):
        answer = reset(person.identifier, people.code(person.identifier, "reset_password"))

    assert (answer.status, answer.body) == (204, None)
    assert [sign_in(invoke, person.identifier, password) for password in (PASSWORD, NEW)] == [401, 201]


def test_every_device_is_signed_out(
    invoke: Callable[..., Answer], people: People, reset: Callable[..., Answer], passing: Callable[..., Any]
) -> None:
    person = people.register()
    devices = [person, people.sign_in(person)]

    with passing(minutes=2):
        reset(person.identifier, people.code(person.identifier, "reset_password"))

    statuses = [invoke("users.refresh_session", body={"refresh_token": one.refresh_token}).status for one in devices]
    assert statuses == [401, 401]


def test_whoever_locked_themselves_out_gets_in_with_the_new_password(
    invoke: Callable[..., Answer], people: People, reset: Callable[..., Answer], passing: Callable[..., Any]
) -> None:
    person = people.register()
    with passing(minutes=2):
        for _ in range(5):
            sign_in(invoke, person.identifier, "wrong")
        reset(person.identifier, people.code(person.identifier, "reset_password"))

        assert sign_in(invoke, person.identifier, NEW) == 201


def test_the_authenticator_app_is_still_asked_for(
    invoke: Callable[..., Answer], people: People, reset: Callable[..., Answer], passing: Callable[..., Any]
) -> None:
    person = people.register()
    people.protect(person)
    with passing(minutes=2):
        reset(person.identifier, people.code(person.identifier, "reset_password"))

    answer = invoke("users.sign_in", body={"identifier": person.identifier, "password": NEW})

    assert answer.code == "TotpRequired"


def test_a_wrong_code_gets_the_same_answer_with_and_without_an_account(
    people: People, reset: Callable[..., Answer]
) -> None:
    person = people.register()

    refused = [reset(identifier, "123456") for identifier in (person.identifier, "nobody@example.com", "13800138000")]

    assert all(answer == refused[0] for answer in refused)
    assert (refused[0].status, refused[0].code) == (400, "WrongCode")


def test_a_code_resets_once_and_not_after_five_minutes(
    people: People, reset: Callable[..., Answer], passing: Callable[..., Any]
) -> None:
    person = people.register()
    with passing(minutes=2):
        code = people.code(person.identifier, "reset_password")
        first, second = reset(person.identifier, code), reset(person.identifier, code)
    with passing(minutes=10):
        code = people.code(person.identifier, "reset_password")
    with passing(minutes=16):
        late = reset(person.identifier, code)

    assert [first.status, second.status, late.status] == [204, 400, 400]


def test_five_wrong_guesses_use_the_code_up(
    people: People, reset: Callable[..., Answer], passing: Callable[..., Any]
) -> None:
    person = people.register()
    with passing(minutes=2):
        code = people.code(person.identifier, "reset_password")
        for number in range(5):
            reset(person.identifier, f"{(int(code) + 1 + number) % 10**6:06d}")

        assert reset(person.identifier, code).status == 400


def test_a_weak_password_leaves_the_code_good(
    people: People, reset: Callable[..., Answer], passing: Callable[..., Any]
) -> None:
    person = people.register()
    with passing(minutes=2):
        code = people.code(person.identifier, "reset_password")
        weak, strong = reset(person.identifier, code, "iloveyou"), reset(person.identifier, code)

    assert (weak.status, weak.code, strong.status) == (400, "WeakPassword", 204)


def test_a_code_that_signs_in_resets_nothing(
    people: People, reset: Callable[..., Answer], passing: Callable[..., Any]
) -> None:
    person = people.register()
    with passing(minutes=2):
        assert reset(person.identifier, people.code(person.identifier, "sign_in")).status == 400


@pytest.mark.parametrize("state", [State.DISABLED, State.CLOSED])
def test_an_account_that_is_not_active_gets_no_new_password(
    people: People, reset: Callable[..., Answer], passing: Callable[..., Any], state: State
) -> None:
    person = people.register()
    with passing(minutes=2):
        code = people.code(person.identifier, "reset_password")
        account = store.load(person.id)
        store.save(account.move_to(state), before=account)

        answer = reset(person.identifier, code)

    assert (answer.status, answer.code) == (400, "WrongCode")
    assert store.load(person.id).password_hash == account.password_hash


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_of_two_resets_at_once_with_one_code_one_counts(
    people: People, at_once: Callable[..., list[Any]], passing: Callable[..., Any], seed: int | None
) -> None:
    person = people.register()
    with passing(minutes=2):
        code = people.code(person.identifier, "reset_password")

        def reset() -> None:
            service.reset_password(person.identifier, code=code, new=NEW, address="198.51.100.7")

        results = at_once(reset, reset, seed=seed)

    assert [type(result) for result in results if result] == [model.WrongCode]
