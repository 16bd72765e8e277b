"""What a wallet may hold and spend, and which digits protect it."""

from datetime import UTC, date, datetime

import pytest

from mall import errors
from mall.money import Money
from mall.wallet import model
from mall.wallet.model import WalletLimitReached, WalletTooLow, WeakPaymentPassword

NOTHING = model.NOTHING


def test_a_top_up_ends_at_the_highest_balance_and_at_the_days_limit() -> None:
    model.check_top_up(model.HIGHEST_BALANCE - model.LEAST_TOP_UP, NOTHING, model.LEAST_TOP_UP)
    model.check_top_up(NOTHING, NOTHING, model.MOST_TOPPED_UP_A_DAY)

    with pytest.raises(WalletLimitReached) as held:
        model.check_top_up(model.HIGHEST_BALANCE, NOTHING, model.LEAST_TOP_UP)
    with pytest.raises(WalletLimitReached) as today:
        model.check_top_up(NOTHING, model.MOST_TOPPED_UP_A_DAY, model.LEAST_TOP_UP)

    assert (held.value.details["limit"], today.value.details["limit"]) == ("highest_balance", "most_topped_up_a_day")


def test_too_little_to_be_worth_a_payment_is_refused() -> None:
    with pytest.raises(errors.Invalid):
        model.check_top_up(NOTHING, NOTHING, model.LEAST_TOP_UP - Money(1))


def test_what_is_not_there_is_told_before_what_is_too_much() -> None:
    with pytest.raises(WalletTooLow):
        model.check_spending(Money(1), model.MOST_SPENT_A_DAY, Money(2))
    with pytest.raises(WalletLimitReached):
        model.check_spending(Money(1), model.MOST_SPENT_A_DAY, Money(1))


def test_a_wallet_takes_its_own_currency_only() -> None:
    with pytest.raises(errors.Invalid):
        model.check_positive(Money(1, "USD"))


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2030, 1, 1, 15, 59, tzinfo=UTC), date(2030, 1, 1)),
        (datetime(2030, 1, 1, 16, 0, tzinfo=UTC), date(2030, 1, 2)),
    ],
)
def test_a_day_is_chinas(at: datetime, day: date) -> None:
    assert model.day_of(at) == day
    assert model.start_of_day(at).astimezone(UTC).hour == 16


@pytest.mark.parametrize("digits", ["258046", "800813", "112358"])
def test_six_unusual_digits_protect_a_wallet(digits: str) -> None:
    model.check_password(digits)


@pytest.mark.parametrize("digits", ["000000", "787878", "345678", "543210", "901234", "369369"])
def test_what_thieves_try_first_does_not(digits: str) -> None:
    with pytest.raises(WeakPaymentPassword):
        model.check_password(digits)
