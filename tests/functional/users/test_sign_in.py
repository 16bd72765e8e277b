"""Starting a session."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mall import clock, tokens
from mall.users import model, store
from mall.users.model import Device, State
from mall.users.sign_ins import service
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import PASSWORD, People, Person, app_code

HERE = Device("test", "198.51.100.7")


@pytest.fixture
def sign_in(invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    """Try to sign in, by the right password of `people` unless told otherwise."""

    def attempt(identifier: str, password: str | None = PASSWORD, **more: object) -> Answer:
        body = {"identifier": identifier, "password": password, **more}
        return invoke("users.sign_in", body={name: value for name, value in body.items() if value is not None})

    return attempt


def move(person: Person, state: State) -> None:
    account = store.load(person.id)
    store.save(account.move_to(state), before=account)


def test_a_password_starts_a_session_of_its_own(sign_in: Callable[..., Answer], people: People) -> None:
    person = people.register()

    answer = sign_in(person.identifier)

    caller = tokens.verify(answer.body["access_token"])
    assert (answer.status, caller.user_id, answer.body["must_change_password"]) == (201, person.id, False)
    assert caller.session_id != person.caller.session_id


def test_a_code_starts_a_session_and_is_used_up(
    sign_in: Callable[..., Answer], people: People, passing: Callable[..., Any]
) -> None:
    person = people.register()

    with passing(minutes=2):
        code = people.code(person.identifier, "sign_in")
        answers = [sign_in(person.identifier, None, code=code) for _ in range(2)]

    assert [answer.status for answer in answers] == [201, 401]


@pytest.mark.parametrize("written", ["138 0013 8000", "+8613800138000", "008613800138000"])
def test_however_a_number_is_written_it_leads_to_its_account(
    sign_in: Callable[..., Answer], people: People, written: str
) -> None:
    person = people.register("13800138000")

    assert sign_in(written).body["user_id"] == person.id


def test_whatever_is_not_right_gets_the_same_answer(
    sign_in: Callable[..., Answer], people: People, passing: Callable[..., Any]
) -> None:
    usual, disabled, closed = (people.register() for _ in range(3))
    by_code = people.register(password=None)
    move(disabled, State.DISABLED)
    move(closed, State.CLOSED)

    refused = [
        sign_in(usual.identifier, "wrong password"),
        sign_in("nobody@example.com"),
        sign_in("13800138000"),
        sign_in(disabled.identifier),
        sign_in(closed.identifier),
        sign_in(by_code.identifier),
        sign_in(usual.identifier, None, code="123456"),
        sign_in("nobody@example.com", None, code="123456"),
    ]

    assert {answer.status for answer in refused} == {401}
    assert all(answer == refused[0] for answer in refused)
    assert refused[0].code == "WrongCredentials"


@pytest.mark.parametrize(
    "proof",
    [
        {},
        {"password": PASSWORD, "code": "123456"},
        {"password": ""},
        {"code": ""},
        {"password": "x" * 129},
        {"password": ["a", "b"]},
        {"password": "\ud800" * 8},
        {"password": PASSWORD, "totp": "\ud800" * 6},
        {"password": PASSWORD, "totp": ""},
    ],
)
def test_a_proof_of_another_shape_is_refused(invoke: Callable[..., Answer], proof: dict[str, object]) -> None:
    answer = invoke("users.sign_in", body=json.dumps({"identifier": "lin@example.com", **proof}))

    assert (answer.status, answer.code) == (400, "Invalid")


# --- locking out


@pytest.mark.parametrize("known", [True, False])
def test_after_five_failures_the_door_is_shut_and_longer_each_time(
    sign_in: Callable[..., Answer], people: People, passing: Callable[..., Any], known: bool
) -> None:
    identifier = people.register().identifier if known else "nobody@example.com"
    waits = []
    with passing():
        assert [sign_in(identifier, "wrong").status for _ in range(5)] == [401] * 5
        refused = sign_in(identifier)
    waits.append(int(refused.headers["retry-after"]))
    for seconds in (31, 31 + 61, 31 + 61 + 121):
        with passing(seconds=seconds):
            assert sign_in(identifier, "wrong").status == 401
            waits.append(int(sign_in(identifier, "wrong").headers["retry-after"]))

    assert (refused.status, refused.code) == (429, "TooManyAttempts")
    assert waits == [30, 60, 120, 240]


def test_the_right_password_counts_once_the_door_is_open_and_wipes_the_slate(
    sign_in: Callable[..., Answer], people: People, passing: Callable[..., Any]
) -> None:
    person = people.register()
    with passing():
        for _ in range(5):
            sign_in(person.identifier, "wrong")

        with passing(seconds=29):
            still_shut = sign_in(person.identifier)
        with passing(seconds=30):
            opened = sign_in(person.identifier)
            failures = [sign_in(person.identifier, "wrong").status for _ in range(5)]

    assert (still_shut.status, opened.status) == (429, 201)
    assert failures == [401] * 5


def test_one_person_locked_out_locks_out_nobody_else(sign_in: Callable[..., Answer], people: People) -> None:
    person, other = people.register(), people.register()
    for _ in range(5):
        sign_in(person.identifier, "wrong")

    assert sign_in(other.identifier).status == 201


def test_a_locked_door_shuts_out_codes_too(
    sign_in: Callable[..., Answer], people: People, passing: Callable[..., Any]
) -> None:
    person = people.register()
    with passing(minutes=2):
        code = people.code(person.identifier, "sign_in")
        for _ in range(5):
            sign_in(person.identifier, "wrong")

        assert sign_in(person.identifier, None, code=code).status == 429


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_guesses_made_at_once_are_no_more_than_those_made_in_a_row(
    people: People, at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    person = people.register()

    def guess() -> Any:
        return service.sign_in(person.identifier, password="wrong", code=None, totp=None, device=HERE)

    results = [type(result).__name__ for result in at_once(*[guess] * 9, seed=seed)]

    assert set(results) == {"WrongCredentials", "TooManyAttempts"}
    assert results.count("WrongCredentials") <= model.FREE_FAILURES


def test_one_network_address_proves_itself_a_limited_number_of_times_in_whatever_way(
    invoke: Callable[..., Answer],
) -> None:
    form = {"identifier": "lin@example.com", "code": "123456"}
    ways = {
        "users.register": form | {"terms": "2030-01-01"},
        "users.sign_in": form,
        "users.reset_password": form | {"new_password": "violet harbour lantern"},
    }

    def attempt(way: str, **more: Any) -> int:
        return invoke(way, body=ways[way], **more).status

    with clock.at(datetime(2030, 1, 1, tzinfo=UTC)):
        statuses = {attempt("users.register") for _ in range(118)}
        last = [attempt("users.sign_in"), attempt("users.reset_password")]
        beyond = [attempt(way) for way in ways]
        elsewhere = attempt("users.register", source_ip="203.0.113.9")

    assert (statuses, last) == ({400}, [401, 400])
    assert beyond == [429, 429, 429]
    assert elsewhere == 400


# --- the authenticator app


def test_an_account_with_an_app_asks_for_its_code(sign_in: Callable[..., Answer], people: People) -> None:
    person = people.register()
    people.protect(person)

    without, wrong = sign_in(person.identifier), sign_in(person.identifier, totp="abcdef")

    assert (without.status, without.code) == (401, "TotpRequired")
    assert (wrong.status, wrong.code) == (401, "WrongCredentials")


def test_being_asked_for_the_app_is_no_failure(sign_in: Callable[..., Answer], people: People) -> None:
    person = people.register()
    people.protect(person)

    assert [sign_in(person.identifier).code for _ in range(8)] == ["TotpRequired"] * 8


def test_only_who_knows_the_password_learns_that_there_is_an_app(
    sign_in: Callable[..., Answer], people: People
) -> None:
    person = people.register()
    people.protect(person)

    assert sign_in(person.identifier, "wrong").code == "WrongCredentials"


def test_a_code_of_the_app_counts_once(
    sign_in: Callable[..., Answer], people: People, passing: Callable[..., Any]
) -> None:
    person = people.register()
    secret, _ = people.protect(person)

    with passing(minutes=1):
        code = app_code(secret)
        answers = [sign_in(person.identifier, totp=code) for _ in range(2)]

    assert [answer.status for answer in answers] == [201, 401]


def test_the_code_that_confirmed_the_app_signs_nobody_in(
    sign_in: Callable[..., Answer], people: People, passing: Callable[..., Any]
) -> None:
    person = people.register()
    with passing():
        secret, _ = people.protect(person)

        assert sign_in(person.identifier, totp=app_code(secret)).status == 401


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_of_two_at_once_with_the_same_code_of_the_app_one_gets_in(
    people: People, at_once: Callable[..., list[Any]], passing: Callable[..., Any], seed: int | None
) -> None:
    person = people.register()
    secret, _ = people.protect(person)

    with passing(minutes=1):
        code = app_code(secret)

        def attempt() -> Any:
            return service.sign_in(person.identifier, password=PASSWORD, code=None, totp=code, device=HERE)

        results = at_once(attempt, attempt, seed=seed)

    assert [type(result).__name__ for result in results].count("Tokens") == 1
    assert any(isinstance(result, model.WrongCredentials | model.ChangedMeanwhile) for result in results)


def test_a_recovery_code_stands_in_for_the_app_once(sign_in: Callable[..., Answer], people: People) -> None:
    person = people.register()
    _, recovery = people.protect(person)

    answers = [sign_in(person.identifier, totp=code) for code in (recovery[0].upper(), recovery[0], recovery[1])]

    assert [answer.status for answer in answers] == [201, 401, 201]


def test_guessing_the_app_shuts_the_door_like_guessing_the_password(
    sign_in: Callable[..., Answer], people: People, passing: Callable[..., Any]
) -> None:
    person = people.register()
    people.protect(person)

    with passing(minutes=1):
        statuses = [sign_in(person.identifier, totp="abcdef").status for _ in range(6)]

    assert statuses == [401] * 5 + [429]


def test_a_code_by_mail_stays_good_until_the_app_has_been_asked(
    sign_in: Callable[..., Answer], people: People, passing: Callable[..., Any]
) -> None:
    person = people.register()
    secret, _ = people.protect(person)

    with passing(minutes=2):
        code = people.code(person.identifier, "sign_in")
        answers = [
            sign_in(person.identifier, None, code=code),
            sign_in(person.identifier, None, code=code, totp=app_code(secret)),
            sign_in(person.identifier, None, code=code, totp=app_code(secret)),
        ]

    assert [answer.status for answer in answers] == [401, 201, 401]
    assert answers[0].code == "TotpRequired"


# --- passwords that have to change


def test_a_one_time_password_lets_nobody_do_anything(invoke: Callable[..., Answer], people: People) -> None:
    newcomer = people.staff(["operator"], settled=False)

    tokens_given = invoke("users.sign_in", body={"identifier": newcomer.identifier, "password": newcomer.password}).body
    staff = invoke("users.list_staff", caller=newcomer.caller)

    assert tokens_given["must_change_password"] is True
    assert newcomer.caller.permissions == frozenset()
    assert staff.status == 403


def test_a_password_stored_in_a_weaker_way_is_stored_anew(sign_in: Callable[..., Answer], people: People) -> None:
    from argon2 import PasswordHasher

    person = people.register()
    account = store.load(person.id)
    weaker = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    store.save(replace(account, password_hash=weaker), before=account)

    assert sign_in(person.identifier).status == 201
    assert store.load(person.id).password_hash != weaker
    assert sign_in(person.identifier).status == 201


def test_a_page_leaves_the_refresh_token_to_the_browser(
    invoke: Callable[..., Answer], sign_in: Callable[..., Answer], people: People
) -> None:
    person = people.register()

    answer = sign_in(person.identifier, cookie=True)

    assert (answer.status, answer.body["refresh_token"]) == (201, None)
    kept = answer.headers["set-cookie"].split(";")[0]
    assert invoke("users.refresh_session", body={"cookie": True}, headers={"Cookie": kept}).status == 200


def test_a_refused_sign_in_sets_no_cookie(sign_in: Callable[..., Answer], people: People) -> None:
    answer = sign_in(people.register().identifier, "not the password", cookie=True)

    assert answer.status == 401
    assert "set-cookie" not in answer.headers
