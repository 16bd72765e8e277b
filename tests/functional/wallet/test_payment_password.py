"""The payment password: six digits, few attempts."""

from collections.abc import Callable
from typing import Any

import pytest

from mall import clock, hashing
from mall.wallet import service, store
from mall.wallet.model import (
    LOCKED_FOR,
    PASSWORD_ATTEMPTS,
    PaymentPasswordLocked,
    PaymentPasswordMissing,
    PaymentPasswordWrong,
)
from tests.functional.wallet import acts

pytestmark = pytest.mark.usefixtures("database")

RIGHT, WRONG = "258046", "258047"


def protected() -> str:
    me = acts.buyer()
    store.set_password(me, hashing.hash_password(RIGHT), at=clock.now())
    return me


def test_the_right_password_is_accepted_and_a_wrong_one_is_not() -> None:
    me = protected()

    service.check_password(me, RIGHT)
    with pytest.raises(PaymentPasswordWrong):
        service.check_password(me, WRONG)


@pytest.mark.parametrize("has_wallet", [False, True])
def test_without_a_password_nothing_is_accepted(has_wallet: bool) -> None:
    me = acts.buyer()
    if has_wallet:
        acts.credit(me, 1)

    for password in (RIGHT, ""):
        with pytest.raises(PaymentPasswordMissing):
            service.check_password(me, password)


def test_too_many_wrong_ones_shut_out_the_right_one_for_a_while() -> None:
    me = protected()
    _be_wrong(me, PASSWORD_ATTEMPTS)

    with pytest.raises(PaymentPasswordLocked) as refused:
        service.check_password(me, RIGHT)
    with clock.at(clock.now() + LOCKED_FOR):
        service.check_password(me, RIGHT)

    assert 0 < refused.value.retry_after <= LOCKED_FOR.total_seconds()


def test_after_the_lock_there_are_as_many_attempts_as_before() -> None:
    me = protected()
    _be_wrong(me, PASSWORD_ATTEMPTS)

    with clock.at(clock.now() + LOCKED_FOR):
        _be_wrong(me, PASSWORD_ATTEMPTS - 1)
        service.check_password(me, RIGHT)


def test_a_right_one_forgets_the_wrong_ones_before_it() -> None:
    me = protected()

    for _ in range(2):
        _be_wrong(me, PASSWORD_ATTEMPTS - 1)
        service.check_password(me, RIGHT)


def test_a_new_password_opens_the_lock() -> None:
    me = protected()
    _be_wrong(me, PASSWORD_ATTEMPTS)

    store.set_password(me, hashing.hash_password(WRONG), at=clock.now())

    service.check_password(me, WRONG)


def test_guesses_at_once_count_one_by_one(race: Callable[..., list[Any]]) -> None:
    me = protected()

    results = race([(acts.guess, me, WRONG)] * 8)

    assert results.count("PaymentPasswordWrong") == PASSWORD_ATTEMPTS
    assert results.count("PaymentPasswordLocked") == 8 - PASSWORD_ATTEMPTS


def _be_wrong(user_id: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(PaymentPasswordWrong):
            service.check_password(user_id, WRONG)
