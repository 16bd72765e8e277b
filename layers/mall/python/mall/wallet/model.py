"""Wallets: what may be spent, what may come in, and what people read of it."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from itertools import pairwise

from mall import errors
from mall.money import Money

CURRENCY = "CNY"
HIGHEST_BALANCE = Money(5_000_000, CURRENCY)
"""What a wallet may hold after a top-up."""

MOST_SPENT_A_DAY = Money(2_000_000, CURRENCY)
MOST_TOPPED_UP_A_DAY = Money(2_000_000, CURRENCY)
LEAST_TOP_UP = Money(100, CURRENCY)
NOTHING = Money(0, CURRENCY)

PASSWORD_ATTEMPTS = 5
LOCKED_FOR = timedelta(hours=1)

_HERE = timezone(timedelta(hours=8), "China")


class WalletTooLow(errors.Conflict):
    message = "There is not enough in the wallet."


class WalletLimitReached(errors.Conflict):
    message = "This would be more than a wallet may hold or spend."


class WalletNotEmpty(errors.Conflict):
    message = "There is still money in the wallet. Spend it before you close the account."


class NoSuchHold(errors.NotFound):
    message = "The wallet holds nothing for this trade."


class HoldEnded(errors.Conflict):
    message = "What the wallet held for this trade is no longer held."


class HeldOtherwise(errors.Conflict):
    message = "The wallet holds another amount for this trade."


class PaymentPasswordMissing(errors.Conflict):
    message = "Set a payment password first."


class PaymentPasswordWrong(errors.Forbidden):
    message = "The payment password is not right."


class PaymentPasswordLocked(errors.TooManyRequests):
    message = "The payment password was wrong too often. Wait, or set another one."


class WeakPaymentPassword(errors.Invalid):
    message = "This payment password is too easy to guess. Take six less usual digits."


class HoldState(StrEnum):
    """What has become of a hold."""

    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"


class EntryKind(StrEnum):
    """Why a balance changed. `payment` is said when the money is set aside, `payment_returned` when it comes back."""

    TOP_UP = "top_up"
    PAYMENT = "payment"
    PAYMENT_RETURNED = "payment_returned"
    REFUND = "refund"
    ADJUSTMENT = "adjustment"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one wallet may hold and spend; the days are China's."""

    highest_balance: Money = HIGHEST_BALANCE
    most_spent_a_day: Money = MOST_SPENT_A_DAY
    most_topped_up_a_day: Money = MOST_TOPPED_UP_A_DAY


@dataclass(frozen=True, slots=True)
class Wallet:
    """Somebody's wallet; `balance` can be spent, `held` is set aside."""

    user_id: str
    balance: Money = NOTHING
    held: Money = NOTHING
    password_set: bool = False
    spent_today: Money = NOTHING
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Hold:
    """Money of a wallet that is set aside for a trade."""

    id: str
    user_id: str
    trade_id: str
    amount: Money
    state: HoldState
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a wallet's history; `balance` is what could be spent after it."""

    id: str
    kind: EntryKind
    reference: str
    amount: Money
    balance: Money
    at: datetime


def wallet_account(user_id: str) -> str:
    """The ledger's account of what a wallet can spend."""
    return f"user:{user_id}:wallet"


def hold_account(user_id: str) -> str:
    """The ledger's account of what a wallet holds for trades."""
    return f"user:{user_id}:wallet_hold"


def day_of(at: datetime) -> date:
    """The day on which limits count what happens `at`."""
    return at.astimezone(_HERE).date()


def start_of_day(at: datetime) -> datetime:
    """When the day of `at` began."""
    return at.astimezone(_HERE).replace(hour=0, minute=0, second=0, microsecond=0)


def check_spending(balance: Money, spent: Money, amount: Money) -> None:
    """Raise unless a wallet with `balance`, of which `spent` went today, may spend `amount`.

    Raises WalletTooLow, WalletLimitReached.
    """
    if amount > balance:
        raise WalletTooLow(balance=balance.cents, wanted=amount.cents, currency=amount.currency)
    if spent + amount > MOST_SPENT_A_DAY:
        raise WalletLimitReached(limit="most_spent_a_day", most=MOST_SPENT_A_DAY.cents, today=spent.cents)


def check_top_up(held: Money, topped_up: Money, amount: Money) -> None:
    """Raise WalletLimitReached unless a wallet that has `held` in all may be topped up with `amount` more today."""
    if amount < LEAST_TOP_UP:
        raise errors.Invalid(f"The least top-up is {LEAST_TOP_UP}.", field="amount")
    if held + amount > HIGHEST_BALANCE:
        raise WalletLimitReached(limit="highest_balance", most=HIGHEST_BALANCE.cents, now=held.cents)
    if topped_up + amount > MOST_TOPPED_UP_A_DAY:
        raise WalletLimitReached(limit="most_topped_up_a_day", most=MOST_TOPPED_UP_A_DAY.cents, today=topped_up.cents)


def check_positive(amount: Money) -> None:
    """Raise errors.Invalid for nothing or less, and for another currency than a wallet's."""
    if amount.currency != CURRENCY:
        raise errors.Invalid(f"A wallet is in {CURRENCY}.", field="amount")
    if amount.cents <= 0:
        raise errors.Invalid("An amount is above zero.", field="amount")


def check_password(digits: str) -> None:
    """Raise WeakPaymentPassword for what thieves try first: one or two digits, runs, and halves that repeat."""
    steps = {(ord(after) - ord(before)) % 10 for before, after in pairwise(digits)}
    if len(set(digits)) < 3 or (len(steps) == 1 and steps <= {1, 9}) or digits[:3] == digits[3:]:
        raise WeakPaymentPassword
