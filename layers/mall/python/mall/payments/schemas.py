"""What people send and get about payments."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from mall.catalog.cards import Amount
from mall.http import Body, Page, View
from mall.money import Money
from mall.payments.channels import Offer
from mall.payments.model import Attempt, AttemptState, Intent, IntentState, PaymentException

# A path of the mall's own site, and of no other: neither `//elsewhere` nor `/\elsewhere`.
_Path = Annotated[str, StringConstraints(pattern=r"^/([A-Za-z0-9._~%-][A-Za-z0-9._~%/?=&-]*)?$", max_length=200)]


class ChannelQuery(Body):
    """For which currency."""

    currency: str = Field(default="", pattern="^([A-Z]{3})?$")


class ChannelView(View):
    """A way to pay: on a page of the provider (`page`; `wap` for phones), or by a code to scan (`qr`)."""

    channel: str
    methods: list[str]

    @classmethod
    def of(cls, offer: Offer) -> "ChannelView":
        """The view of a channel."""
        return cls(channel=offer.name, methods=list(offer.methods))


class ChannelList(View):
    """The ways to pay, in the order in which to offer them."""

    items: list[ChannelView]


class NewAttempt(Body):
    """How to pay. How much is known already."""

    channel: Literal["sandbox", "stripe", "alipay", "wechatpay"]
    method: Literal["page", "wap", "qr"] = "page"
    return_path: _Path = Field(
        default="/account/payments/", description="To which page of the site the provider sends the buyer back."
    )


class AttemptView(View):
    """A try to pay. `action`: `redirect` to `url`, show `url` as a `qr` code, or let `client` code take over."""

    attempt_id: str
    channel: str
    method: str
    state: AttemptState
    action: dict[str, Any]
    expires_at: datetime
    created_at: datetime

    @classmethod
    def of(cls, attempt: Attempt) -> "AttemptView":
        """The view of an attempt for its buyer; how to go on only while there is something to go on with."""
        return cls(
            attempt_id=attempt.id,
            channel=attempt.channel,
            method=attempt.method,
            state=attempt.state,
            action=dict(attempt.action) if attempt.open else {},
            expires_at=attempt.expires_at,
            created_at=attempt.created_at,
        )


class PaymentView(View):
    """What has to be paid once, and how it stands."""

    id: str
    purpose: str
    reference: str
    subject: str
    amount: Amount
    refunded: Amount
    state: IntentState
    reason: str = Field(description="Why it is closed: `cancelled`, `expired`, `SoldOut`, …")
    expires_at: datetime
    paid_at: datetime | None
    attempts: list[AttemptView]

    @classmethod
    def of(cls, intent: Intent, attempts: Sequence[Attempt]) -> "PaymentView":
        """The view of an intent for its owner."""
        return cls(
            id=intent.id,
            purpose=intent.purpose,
            reference=intent.reference,
            subject=intent.subject,
            amount=_amount(intent.amount),
            refunded=_amount(intent.refunded),
            state=intent.state,
            reason=intent.reason,
            expires_at=intent.expires_at,
            paid_at=intent.paid_at,
            attempts=[AttemptView.of(attempt) for attempt in attempts],
        )


class TopUpAmount(Body):
    """An amount in minor units."""

    amount: int = Field(ge=1, le=100_000_000)
    currency: Literal["CNY"] = "CNY"

    def money(self) -> Money:
        """The amount that is meant."""
        return Money(self.amount, self.currency)


class NewTopUp(Body):
    """How much to put into one's wallet."""

    amount: TopUpAmount


class ExceptionQuery(Page):
    """Which exceptions."""

    state: Literal["open", "resolved"] = "open"


class Resolution(Body):
    """What was found out. `refund` takes a held amount in and sends it back; `note` moves nothing."""

    action: Literal["note", "refund"] = "note"
    reason: str = Field(min_length=3, max_length=1000)


class ExceptionView(View):
    """A payment that somebody has to look into: `wrong_amount` or `unknown_payment`."""

    id: str
    kind: str
    channel: str
    attempt_id: str
    intent_id: str
    user_id: str
    expected: Amount | None
    received: Amount | None
    trade_no: str
    created_at: datetime
    resolved_at: datetime | None
    resolved_by: str
    action: str
    reason: str

    @classmethod
    def of(cls, exception: PaymentException) -> "ExceptionView":
        """The view of an exception for an operator."""
        return cls(
            id=exception.id,
            kind=exception.kind,
            channel=exception.channel,
            attempt_id=exception.attempt_id,
            intent_id=exception.intent_id,
            user_id=exception.user_id,
            expected=_amount(exception.expected) if exception.expected else None,
            received=_amount(exception.received) if exception.received else None,
            trade_no=exception.trade_no,
            created_at=exception.created_at,
            resolved_at=exception.resolved_at,
            resolved_by=exception.resolved_by,
            action=exception.action,
            reason=exception.reason,
        )


class ExceptionList(View):
    """A page of exceptions, and the cursor of the next."""

    items: list[ExceptionView]
    after: str | None


def _amount(money: Money) -> Amount:
    return Amount(amount=money.cents, currency=money.currency)
