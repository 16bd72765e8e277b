"""Payments, refunds and switches of the sandbox."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from mall import errors
from mall.money import Money


class SandboxClosed(errors.NotFound):
    message = "There is no sandbox here."


class NotTheMerchant(errors.Unauthenticated):
    message = "The signature is not that of a merchant of ours."


class NoSuchSandboxPayment(errors.NotFound):
    message = "There is no such payment in the sandbox."


class NoSuchSandboxRefund(errors.NotFound):
    message = "There is no such refund in the sandbox."


class NumberTaken(errors.Conflict):
    message = "This number is that of something else."


class NotPayable(errors.Conflict):
    message = "This payment cannot be paid any more."


class NotPaid(errors.Conflict):
    message = "Only what was paid can be refunded."


class TooMuch(errors.Conflict):
    message = "More would be refunded than was paid."


class Status(StrEnum):
    WAITING = "waiting"
    PAID = "paid"
    FAILED = "failed"
    CLOSED = "closed"


class RefundStatus(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Callbacks(StrEnum):
    """How callbacks come. WRONG_AMOUNT: they are right, but another amount was paid than the merchant asked for."""

    NORMAL = "normal"
    LATE = "late"
    DOUBLE = "double"
    LOST = "lost"
    WRONG_AMOUNT = "wrong_amount"
    OUT_OF_ORDER = "out_of_order"


class Closings(StrEnum):
    """What comes of it when a merchant closes a payment. IGNORED: nothing, and whoever is on its page pays it still."""

    NORMAL = "normal"
    IGNORED = "ignored"


class Refunds(StrEnum):
    """How refunds go."""

    NORMAL = "normal"
    PENDING = "pending"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Switches:
    """What the sandbox does on purpose; `delay_seconds` is how late what is late comes."""

    callbacks: Callbacks = Callbacks.NORMAL
    closing: Closings = Closings.NORMAL
    refunds: Refunds = Refunds.NORMAL
    delay_seconds: int = 60

    @property
    def delay(self) -> timedelta:
        """How late what is late comes."""
        return timedelta(seconds=self.delay_seconds)


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that a merchant asks for; `id` leads to its page, `trade_no` is our number, `out_trade_no` theirs."""

    id: str
    merchant_id: str
    out_trade_no: str
    trade_no: str
    amount: Money
    subject: str
    notify_url: str
    return_url: str
    status: Status
    created_at: datetime
    expires_at: datetime
    version: int = 1
    paid_at: datetime | None = None
    refunded: Money | None = None
    switches: Switches | None = None
    reason: str = ""

    def standing(self, at: datetime) -> Status:
        """How it stands now: what nobody paid in time is closed."""
        return Status.CLOSED if self.status is Status.WAITING and at >= self.expires_at else self.status

    def same_as(self, other: "Payment") -> bool:
        """Whether a request that is repeated asks for the same."""
        return (self.amount, self.subject) == (other.amount, other.subject)

    def paid(self, at: datetime, how: Switches) -> "Payment":
        """This payment when its buyer has paid. Raises NotPayable."""
        if self.standing(at) is not Status.WAITING:
            raise NotPayable(status=self.standing(at))
        more = Money(1 if how.callbacks is Callbacks.WRONG_AMOUNT else 0, self.amount.currency)
        return replace(self, status=Status.PAID, amount=self.amount + more, paid_at=at, version=self.version + 1)

    def declined(self, at: datetime) -> "Payment":
        """This payment when its buyer will not pay. Raises NotPayable."""
        if self.standing(at) is not Status.WAITING:
            raise NotPayable(status=self.standing(at))
        return replace(self, status=Status.FAILED, reason="declined", version=self.version + 1)

    def closed(self, how: Switches) -> "Payment":
        """This payment when its merchant does not want it any more; one that has an end stays as it is."""
        if self.status is not Status.WAITING or how.closing is Closings.IGNORED:
            return self
        return replace(self, status=Status.CLOSED, reason="closed by the merchant", version=self.version + 1)

    def refund(self, refund_no: str, amount: Money, reason: str, *, how: Switches, at: datetime) -> "Refund":
        """A refund of a part of this payment. Raises NotPaid or TooMuch."""
        if self.status is not Status.PAID:
            raise NotPaid
        nothing = Money(0, self.amount.currency)
        if not amount > nothing or (self.refunded or nothing) + amount > self.amount:
            raise TooMuch
        status, due = RefundStatus.SUCCEEDED, at
        if how.refunds is Refunds.PENDING:
            status, due = RefundStatus.PENDING, at + how.delay
        elif how.refunds is Refunds.FAILED:
            status = RefundStatus.FAILED
        failure = "the account that paid is frozen" if status is RefundStatus.FAILED else ""
        return Refund(refund_no, self.out_trade_no, self.merchant_id, amount, status, failure, reason, at, due)


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back; one that is pending has succeeded once it is `due_at`."""

    refund_no: str
    out_trade_no: str
    merchant_id: str
    amount: Money
    status: RefundStatus
    failure: str
    reason: str
    created_at: datetime
    due_at: datetime

    def standing(self, at: datetime) -> RefundStatus:
        """How it stands now."""
        if self.status is RefundStatus.PENDING and at >= self.due_at:
            return RefundStatus.SUCCEEDED
        return self.status


@dataclass(frozen=True, slots=True)
class Callback:
    """Something to tell a merchant, after `wait`."""

    url: str
    content: Mapping[str, Any]
    wait: timedelta = field(default=timedelta(0))


def callbacks(payment: Payment, how: Switches, *, event_id: str, at: datetime) -> list[Callback]:
    """What the merchant is told of a payment that has just been paid or has failed."""
    told: dict[str, Any] = {
        "event_id": event_id,
        "merchant_id": payment.merchant_id,
        "out_trade_no": payment.out_trade_no,
        "trade_no": payment.trade_no,
        "status": payment.status.value,
        "amount": payment.amount.cents,
        "currency": payment.amount.currency,
        "paid_at": payment.paid_at.isoformat() if payment.paid_at else None,
        "reason": payment.reason,
    }
    normal = Callback(payment.notify_url, told)
    match how.callbacks:
        case Callbacks.LOST:
            return []
        case Callbacks.LATE:
            return [replace(normal, wait=how.delay)]
        case Callbacks.DOUBLE:
            return [normal, normal]
        case Callbacks.OUT_OF_ORDER:
            # What happened first is told last.
            first = told | {"event_id": f"{event_id}-0", "status": Status.WAITING.value, "paid_at": None}
            return [normal, replace(normal, content=first, wait=timedelta(seconds=1))]
    return [normal]
