"""Setting the payment password, by whoever proves who they are."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from mall.wallet import service
from mall.wallet.model import PASSWORD_ATTEMPTS, PaymentPasswordMissing
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import PASSWORD, People
from tests.functional.wallet import acts

pytestmark = pytest.mark.usefixtures("database")

Passing = Callable[..., AbstractContextManager[None]]
DIGITS = "258046"


@pytest.fixture
def set_password(invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    """Set somebody's payment password."""
    return lambda person, **body: invoke("wallet.set_password", caller=person.caller, body={"password": DIGITS} | body)


def test_the_login_password_proves_who_asks(
    people: People, set_password: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    me = people.register()

    answer = set_password(me, login_password=PASSWORD)

    assert (answer.status, answer.body) == (204, None)
    assert acts.guess(me.id, DIGITS) == ""
    assert invoke("wallet.get_wallet", caller=me.caller).body["password_set"] is True


def test_a_code_proves_who_asks_once(people: People, set_password: Callable[..., Answer], passing: Passing) -> None:
    me = people.register("13800138000", password=None)

    with passing(minutes=2):
        code = people.code("13800138000", "set_payment_password")
        assert set_password(me, code=code).status == 204
        again = set_password(me, code=code, password="258047")

    assert (again.status, again.code) == (400, "WrongCode")
    assert acts.guess(me.id, DIGITS) == ""


def test_a_code_for_something_else_proves_nothing(
    people: People, set_password: Callable[..., Answer], passing: Passing
) -> None:
    me = people.register("13800138000", password=None)

    with passing(minutes=2):
        answer = set_password(me, code=people.code("13800138000", "sign_in"))

    assert (answer.status, answer.code) == (400, "WrongCode")


def test_a_wrong_login_password_sets_nothing_and_is_counted(
    people: People, set_password: Callable[..., Answer]
) -> None:
    me = people.register()

    codes = [set_password(me, login_password="another one").code for _ in range(6)]

    assert codes[0] == "WrongCredentials"
    assert codes[-1] == "TooManyAttempts"
    with pytest.raises(PaymentPasswordMissing):
        service.check_password(me.id, DIGITS)


def test_another_password_takes_the_place_of_a_locked_one(people: People, set_password: Callable[..., Answer]) -> None:
    me = people.register()
    set_password(me, login_password=PASSWORD)
    for _ in range(PASSWORD_ATTEMPTS):
        acts.guess(me.id, "000001")
    assert acts.guess(me.id, DIGITS) == "PaymentPasswordLocked"

    set_password(me, login_password=PASSWORD, password="714093")

    assert (acts.guess(me.id, DIGITS), acts.guess(me.id, "714093")) == ("PaymentPasswordWrong", "")


@pytest.mark.parametrize("password", ["111111", "121212", "123456", "654321", "890123", "123123", "098765"])
def test_what_thieves_try_first_is_refused(people: People, set_password: Callable[..., Answer], password: str) -> None:
    answer = set_password(people.register(), login_password=PASSWORD, password=password)

    assert (answer.status, answer.code) == (400, "WeakPaymentPassword")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"login_password": PASSWORD, "code": "258046"},
        {"login_password": PASSWORD, "password": "25804"},
        {"login_password": PASSWORD, "password": "2580467"},
        {"login_password": PASSWORD, "password": "25804x"},
        {"login_password": PASSWORD, "password": "２５８０４６"},
        {"login_password": PASSWORD, "password": 258046},
    ],
)
def test_what_is_not_six_digits_with_one_proof_is_refused(
    people: People, set_password: Callable[..., Answer], body: dict[str, Any]
) -> None:
    answer = set_password(people.register(), **body)

    assert (answer.status, answer.code) == (400, "Invalid")
    assert "25804" not in json.dumps(answer.body)


def test_passwords_are_in_no_log(
    people: People, set_password: Callable[..., Answer], written: Callable[[], str]
) -> None:
    me = people.register()
    set_password(me, login_password=PASSWORD)
    acts.guess(me.id, "714093")

    assert "payment password set" in written()
    assert "payment password wrong" in written()
    assert not any(secret in written() for secret in (DIGITS, "714093", PASSWORD))
