"""What clients get of refunds. Descriptions are part of the API contract."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from mall import ids
from mall.catalog.cards import Amount
from mall.http import Page, View
from mall.money import Money
from mall.refunds.model import Part, Refund, RefundLine, State


class RefundQuery(Page):
    """Which refunds that are not through: all of them, or those in one state."""

    state: Literal["requested", "refunding", "failed"] | None = None
    after: str | None = Field(default=None, pattern=ids.pattern("rfd", sharded=True))


class RefundLineView(View):
    """What goes back of one line of the order."""

    line_id: str
    quantity: int
    amount: Amount

    @classmethod
    def of(cls, line: RefundLine) -> "RefundLineView":
        """The view of a line."""
        return cls(line_id=line.line_id, quantity=line.quantity, amount=_amount(line.amount))


class RefundPartView(View):
    """Where a part of the money goes: back through the `channel` that it came from, or into the wallet."""

    to: Literal["channel", "wallet"]
    channel: str
    amount: Amount
    state: State

    @classmethod
    def of(cls, part: Part) -> "RefundPartView":
        """The view of a part."""
        return cls(to=part.kind, channel=part.channel, amount=_amount(part.amount), state=part.state)


class RefundView(View):
    """Money that goes back to its buyer. Money that nobody could use (`late`, `double`) is of no order."""

    id: str
    trade_id: str
    order_id: str
    amount: Amount
    freight: Amount
    lines: list[RefundLineView]
    parts: list[RefundPartView]
    reason: str
    state: State
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, refund: Refund) -> "RefundView":
        """The view of a refund, for its buyer."""
        return cls(
            id=refund.id,
            trade_id=refund.trade_id,
            order_id=refund.order_id,
            amount=_amount(refund.amount),
            freight=_amount(refund.freight),
            lines=[RefundLineView.of(line) for line in refund.lines],
            parts=[RefundPartView.of(part) for part in refund.parts],
            reason=refund.reason,
            state=refund.state,
            created_at=refund.created_at,
            finished_at=refund.finished_at,
        )


class RefundsOfOrder(View):
    """The refunds of an order, the oldest first."""

    items: list[RefundView]


class PartRecord(View):
    """A part as operators see it; `number` is that of the refund at the channel, `payment` that of what was paid."""

    number: str
    to: Literal["channel", "wallet"]
    channel: str
    payment: str
    amount: Amount
    state: State
    tries: int
    next_try_at: datetime | None
    problem: str

    @classmethod
    def of(cls, part: Part) -> "PartRecord":
        """The view of a part, for operators."""
        return cls(
            number=part.id,
            to=part.kind,
            channel=part.channel,
            payment=part.attempt_id,
            amount=_amount(part.amount),
            state=part.state,
            tries=part.tries,
            next_try_at=part.next_try_at,
            problem=part.problem,
        )


class RefundRecord(View):
    """A refund as operators see it."""

    id: str
    user_id: str
    merchant_id: str
    trade_id: str
    order_id: str
    amount: Amount
    reason: str
    by: str
    state: State
    parts: list[PartRecord]
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, refund: Refund) -> "RefundRecord":
        """The view of a refund, for operators."""
        return cls(
            id=refund.id,
            user_id=refund.user_id,
            merchant_id=refund.merchant_id,
            trade_id=refund.trade_id,
            order_id=refund.order_id,
            amount=_amount(refund.amount),
            reason=refund.reason,
            by=refund.by,
            state=refund.state,
            parts=[PartRecord.of(part) for part in refund.parts],
            created_at=refund.created_at,
            finished_at=refund.finished_at,
        )


class RefundRecords(View):
    """A page of refunds that are not through, the oldest first."""

    items: list[RefundRecord]
    next: str | None


def _amount(money: Money) -> Amount:
    return Amount(amount=money.cents, currency=money.currency)
