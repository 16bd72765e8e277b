"""Intents, attempts, and what becomes of them when a channel speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from mall import errors
from mall.money import Money

MOST_ATTEMPTS = 20
# After a minute, then two, …; then every hour for as long as there is something to know.
LADDER = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60))
# For how long after its expiry an attempt is asked for once more: a channel's clock, and a buyer in its last second.
GRACE = timedelta(minutes=2)
# A channel that has said nothing of a payment for so long after its time says nothing any more.
HOPELESS = timedelta(days=7)


class PaymentNotFound(errors.NotFound):
    message = "There is no such payment of yours."


class NoSuchChannel(errors.NotFound):
    message = "There is no such way to pay here."


class IntentClosed(errors.Conflict):
    """Nothing is to be paid here any more; `details.reason` says why ("SoldOut", "cancelled", "expired")."""

    message = "This payment is closed."


class AlreadyPaid(errors.Conflict):
    message = "This has been paid already."


class IntentDiffers(errors.Conflict):
    message = "The same purpose was to be paid with another amount, or by somebody else."


class TooManyAttempts(errors.Conflict):
    message = f"This was tried {MOST_ATTEMPTS} times. Start over."


class MethodNotOffered(errors.Invalid):
    message = "This way to pay does not work like that."


class AmountNotOffered(errors.Invalid):
    message = "This amount cannot be paid in."


class SignatureInvalid(errors.Unauthenticated):
    message = "This was not signed by who it claims to be from."


class ChannelUnavailable(errors.Unavailable):
    message = "The payment provider does not answer. Try again, or pay in another way."


class ChannelRefused(errors.Conflict):
    message = "The payment provider refused this payment. Pay in another way."


class ExceptionNotFound(errors.NotFound):
    message = "There is no such exception."


class ExceptionResolved(errors.Conflict):
    message = "This exception was resolved before."


class NotRefundable(errors.Conflict):
    message = "Only money that was held can be sent back here."


class IntentState(StrEnum):
    WAITING = "waiting"
    SUCCESS = "success"
    PART_REFUNDED = "part_refunded"
    REFUNDED = "refunded"
    CLOSED = "closed"


class AttemptState(StrEnum):
    CREATED = "created"
    PENDING = "pending"
    SUCCESS = "success"
    FAILED = "failed"
    CLOSED = "closed"


NEXT_OF_INTENT: Mapping[IntentState, frozenset[IntentState]] = {
    IntentState.WAITING: frozenset({IntentState.SUCCESS, IntentState.CLOSED}),
    IntentState.SUCCESS: frozenset({IntentState.PART_REFUNDED, IntentState.REFUNDED}),
    IntentState.PART_REFUNDED: frozenset({IntentState.PART_REFUNDED, IntentState.REFUNDED}),
    IntentState.REFUNDED: frozenset(),
    IntentState.CLOSED: frozenset(),
}
# Money may come in after everybody gave an attempt up, so success follows on every state but itself.
NEXT_OF_ATTEMPT: Mapping[AttemptState, frozenset[AttemptState]] = {
    AttemptState.CREATED: frozenset(
        {AttemptState.PENDING, AttemptState.SUCCESS, AttemptState.FAILED, AttemptState.CLOSED}
    ),
    AttemptState.PENDING: frozenset({AttemptState.SUCCESS, AttemptState.FAILED, AttemptState.CLOSED}),
    AttemptState.FAILED: frozenset({AttemptState.SUCCESS}),
    AttemptState.CLOSED: frozenset({AttemptState.SUCCESS}),
    AttemptState.SUCCESS: frozenset(),
}
OPEN = frozenset({AttemptState.CREATED, AttemptState.PENDING})


@dataclass(frozen=True, slots=True)
class Intent:
    """What has to be paid once: a trade, a top-up. `reason` is why it was closed or is about to be."""

    id: str
    user_id: str
    purpose: str
    reference: str
    amount: Money
    subject: str
    state: IntentState
    reason: str
    expires_at: datetime
    paid_by: str
    paid_at: datetime | None
    refunded: Money
    version: int
    created_at: datetime

    def payable(self, at: datetime) -> None:
        """Raise AlreadyPaid or IntentClosed unless somebody may begin to pay this now."""
        if self.state not in {IntentState.WAITING, IntentState.CLOSED}:
            raise AlreadyPaid
        if self.state is IntentState.CLOSED or self.reason:
            raise IntentClosed(reason=self.reason)
        if at >= self.expires_at:
            raise IntentClosed(reason="expired")

    def after_refund(self, amount: Money) -> tuple[IntentState, Money]:
        """The state and the total refunded after `amount` more. Raises Conflict for more than was paid."""
        total = self.refunded + amount
        if not amount > Money(0, amount.currency) or total > self.amount:
            raise errors.Conflict("More would be refunded than was paid.")
        after = IntentState.REFUNDED if total == self.amount else IntentState.PART_REFUNDED
        if after not in NEXT_OF_INTENT[self.state]:
            raise errors.Conflict("Only what was paid can be refunded.")
        return after, total


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to pay an intent through a channel; `id` is its number there, `trade_no` the channel's own.

    `unwanted` says why its money cannot be used: "late", "double", "wrong_amount".
    """

    id: str
    user_id: str
    intent_id: str
    channel: str
    method: str
    amount: Money
    state: AttemptState
    action: Mapping[str, Any]
    trade_no: str
    unwanted: str
    reason: str
    expires_at: datetime
    paid_at: datetime | None
    next_check_at: datetime | None
    checks: int
    checked_at: datetime | None
    created_at: datetime

    @property
    def open(self) -> bool:
        """Whether nobody knows yet how it ends."""
        return self.state in OPEN


class Standing(StrEnum):
    """How a channel says that a payment stands. ABSENT: it knows no such payment (yet)."""

    PAID = "paid"
    PENDING = "pending"
    FAILED = "failed"
    CLOSED = "closed"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Report:
    """What a channel says of a payment, asked or unasked; `amount` and `paid_at` with PAID only."""

    attempt_id: str
    standing: Standing
    trade_no: str = ""
    amount: Money | None = None
    paid_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A channel's callback that has proven itself: the event's id there, and what it reports.

    `report` is None for what tells nothing about a payment. `problem` names what it says of somebody else: "app",
    "seller".
    """

    channel: str
    event_id: str
    kind: str
    report: Report | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RefundOutcome:
    """What became of a refund at its channel: SUCCESS, PENDING (ask again), FAILED with its reason."""

    state: str
    reason: str = ""

    SUCCESS = "SUCCESS"
    PENDING = "PENDING"
    FAILED = "FAILED"


class Verdict(StrEnum):
    """What a report means for an attempt and its intent."""

    PAID = "paid"
    LATE = "late"
    DOUBLE = "double"
    HELD = "held"
    FAILED = "failed"
    CLOSED = "closed"
    NOTHING = "nothing"
    UNKNOWN = "unknown"
    FOREIGN = "foreign"


# What the money of an attempt means for an intent in these states; in all others, another attempt has paid it.
_USES = {IntentState.WAITING: Verdict.PAID, IntentState.CLOSED: Verdict.LATE}
_ENDS = {Standing.FAILED: Verdict.FAILED, Standing.CLOSED: Verdict.CLOSED}


def judge(intent: Intent, attempt: Attempt, report: Report) -> Verdict:
    """What `report` means. It never takes back what was known: money that came in stays, whatever is said later."""
    if attempt.state is AttemptState.SUCCESS:
        return Verdict.NOTHING
    if report.standing is Standing.PAID:
        if report.amount != attempt.amount:
            return Verdict.HELD
        return _USES.get(intent.state, Verdict.DOUBLE)
    return _ENDS.get(report.standing, Verdict.NOTHING) if attempt.open else Verdict.NOTHING


def next_check(checks: int, at: datetime, expires_at: datetime) -> datetime | None:
    """When to ask for an attempt again that was asked for `checks` times: soon after its expiry too, and after that for
    as long as its channel says nothing that ends it; None when there is no hope of that."""
    step = at + LADDER[min(checks, len(LADDER) - 1)]
    end = expires_at + GRACE
    if at < end:
        return min(step, end)
    return step if at < expires_at + HOPELESS else None


@dataclass(frozen=True, slots=True)
class PaymentException:
    """Something that takes a person: an amount that is wrong, a payment that we know nothing of."""

    id: str
    kind: str
    channel: str
    event_id: str
    attempt_id: str
    intent_id: str
    user_id: str
    expected: Money | None
    received: Money | None
    trade_no: str
    created_at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)
    resolved_at: datetime | None = None
    resolved_by: str = ""
    action: str = ""
    reason: str = ""
