"""Opening a customer's account."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from mall import config, tokens
from mall.aws import client
from mall.users import model
from mall.users.model import Device
from mall.users.sign_ins import service
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import PASSWORD, People

LIN = "lin@example.com"
HERE = Device("test", "198.51.100.7")


def form(code: str, **changes: object) -> dict[str, object]:
    return {"identifier": LIN, "code": code, "password": PASSWORD, "terms": "2030-01-01"} | changes


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_an_address_and_its_code_open_an_account_and_sign_in(invoke: Callable[..., Answer], people: People) -> None:
    answer = invoke("users.register", body=form(people.code(LIN, "register"), locale="en"))

    caller = tokens.verify(answer.body["access_token"])
    profile = invoke("users.get_profile", caller=caller).body
    assert (answer.status, answer.body["expires_in"], answer.body["must_change_password"]) == (201, 900, False)
    assert (profile["id"], profile["email"], profile["phone"]) == (answer.body["user_id"], LIN, None)
    assert (profile["has_password"], profile["has_totp"], profile["locale"]) == (True, False, "en")


def test_a_new_customer_holds_no_permission_and_belongs_to_no_merchant(people: People) -> None:
    caller = people.register().caller

    assert (caller.roles, caller.permissions, caller.merchant_id) == (frozenset(), frozenset(), "")


def test_a_phone_number_without_a_password_is_signed_in_to_by_code_only(
    invoke: Callable[..., Answer], people: People, passing: Callable[..., Any]
) -> None:
    person = people.register("13800138000", password=None)

    by_password = invoke("users.sign_in", body={"identifier": "13800138000", "password": PASSWORD})
    with passing(minutes=2):
        by_code = people.sign_in(person, code=people.code("13800138000", "sign_in"))

    assert (by_password.status, by_code.id) == (401, person.id)


def test_the_news_of_a_registration_name_nobody(people: People) -> None:
    person = people.register()

    items = client("dynamodb").scan(TableName=config.table("outbox"))["Items"]
    assert person.id in json.dumps(items)
    assert "users.UserRegistered" in json.dumps(items)
    assert person.identifier not in json.dumps(items)


def test_a_wrong_code_opens_nothing(invoke: Callable[..., Answer], people: People) -> None:
    code = people.code(LIN, "register")

    answer = invoke("users.register", body=form(wrong(code)))

    assert (answer.status, answer.code) == (400, "WrongCode")


def test_without_any_code_that_was_sent_the_answer_is_the_same(invoke: Callable[..., Answer], people: People) -> None:
    sent = invoke("users.register", body=form(wrong(people.code(LIN, "register"))))
    never_sent = invoke("users.register", body=form("123456", identifier="mei@example.com"))

    assert (never_sent.status, never_sent.body) == (sent.status, sent.body)


def test_five_wrong_attempts_use_a_code_up(invoke: Callable[..., Answer], people: People) -> None:
    code = people.code(LIN, "register")
    for _ in range(5):
        invoke("users.register", body=form(wrong(code)))

    assert invoke("users.register", body=form(code)).code == "WrongCode"


def test_after_four_wrong_attempts_the_right_code_still_counts(invoke: Callable[..., Answer], people: People) -> None:
    code = people.code(LIN, "register")
    for _ in range(4):
        invoke("users.register", body=form(wrong(code)))

    assert invoke("users.register", body=form(code)).status == 201


@pytest.mark.parametrize(("seconds", "status"), [(298, 201), (301, 400)])
def test_a_code_is_valid_for_five_minutes(
    invoke: Callable[..., Answer], people: People, passing: Callable[..., Any], seconds: int, status: int
) -> None:
    with passing():
        code = people.code(LIN, "register")
        with passing(seconds=seconds):
            answer = invoke("users.register", body=form(code))

    assert answer.status == status


def test_a_code_is_used_once(invoke: Callable[..., Answer], people: People) -> None:
    code = people.code(LIN, "register")
    invoke("users.register", body=form(code))

    again = invoke("users.register", body=form(code))

    assert (again.status, again.code) == (400, "WrongCode")


@pytest.mark.parametrize("purpose", ["bind", "sign_in"])
def test_a_code_for_something_else_opens_no_account(
    invoke: Callable[..., Answer], people: People, passing: Callable[..., Any], purpose: str
) -> None:
    identifier = people.register().identifier if purpose == "sign_in" else LIN
    with passing(minutes=2):
        code = people.code(identifier, purpose)

        answer = invoke("users.register", body=form(code, identifier=identifier))

    assert (answer.status, answer.code) == (400, "WrongCode")


def test_a_code_for_another_address_opens_no_account(invoke: Callable[..., Answer], people: People) -> None:
    code = people.code("mei@example.com", "register")

    assert invoke("users.register", body=form(code)).code == "WrongCode"


@pytest.mark.parametrize("password", ["iloveyou", "12345678", "lin-at-example.com"])
def test_a_weak_password_is_refused_and_the_code_stays_good(
    invoke: Callable[..., Answer], people: People, password: str
) -> None:
    code = people.code(LIN, "register")

    refused = invoke("users.register", body=form(code, password=password))

    assert (refused.status, refused.code) == (400, "WeakPassword")
    assert password not in json.dumps(refused.body)
    assert invoke("users.register", body=form(code)).status == 201


def test_an_address_that_was_taken_meanwhile_opens_no_second_account(
    invoke: Callable[..., Answer], people: People, passing: Callable[..., Any]
) -> None:
    other = people.register("13800138000")
    code = people.code(LIN, "register")
    with passing(seconds=61):
        body = {"identifier": LIN, "code": people.code(LIN, "bind"), "password": PASSWORD}
        assert invoke("users.bind_identifier", caller=other.caller, body=body).status == 200

        answer = invoke("users.register", body=form(code))

    assert (answer.status, answer.code) == (409, "IdentifierTaken")


@pytest.mark.parametrize("seed", [None, 1, 2, 3, 4])
def test_of_two_at_once_with_the_same_code_one_gets_the_account(
    people: People, at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    code = people.code(LIN, "register")

    def register() -> Any:
        return service.register(LIN, code=code, password=None, locale="en", terms="2030-01-01", device=HERE)

    results = at_once(register, register, seed=seed)

    assert sorted(type(result).__name__ for result in results) == ["Tokens", model.WrongCode.__name__]


@pytest.mark.parametrize(
    "change",
    [
        {"code": "12345"},
        {"code": "1234567"},
        {"code": None},
        {"password": "short"},
        {"password": "x" * 129},
        {"terms": "yes"},
        {"terms": None},
        {"roles": ["administrator"]},
        {"merchant_id": "mch_1"},
        {"user_id": "usr_1"},
        {"device": "x" * 81},
    ],
)
def test_a_form_of_another_shape_is_refused_without_repeating_what_it_held(
    invoke: Callable[..., Answer], change: dict[str, object]
) -> None:
    answer = invoke("users.register", body=form("987123") | change)

    assert (answer.status, answer.code) == (400, "Invalid")
    assert not {"987123", PASSWORD, LIN} & set(json.dumps(answer.body).split('"'))


def test_a_page_leaves_the_refresh_token_to_the_browser(invoke: Callable[..., Answer], people: People) -> None:
    answer = invoke("users.register", body=form(people.code(LIN, "register"), cookie=True))

    assert (answer.status, answer.body["refresh_token"]) == (201, None)
    kept = answer.headers["set-cookie"].split(";")[0]
    assert invoke("users.refresh_session", body={"cookie": True}, headers={"Cookie": kept}).status == 200
