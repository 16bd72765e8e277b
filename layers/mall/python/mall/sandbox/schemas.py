"""What merchants of the sandbox send and get."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from mall.http import Body, View
from mall.sandbox.model import Callbacks, Closings, Payment, Refund, Refunds, RefundStatus, Status, Switches

_Number = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{6,64}$")]
_Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\"<>\\]+$", max_length=1000)]
_Currency = Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]
_Amount = Annotated[int, Field(ge=1, le=100_000_000_00, description="Whole minor units.")]


class NewSandboxPayment(Body):
    """A payment that a merchant asks for; the same number again is the same payment."""

    out_trade_no: _Number = Field(description="The merchant's number for it.")
    amount: _Amount
    currency: _Currency
    subject: str = Field(min_length=1, max_length=128)
    notify_url: _Address = Field(description="Where to tell what becomes of it.")
    return_url: _Address = Field(description="Where its buyer goes afterwards.")
    expires_at: AwareDatetime


class SandboxPaymentView(View):
    """A payment, and how it stands."""

    out_trade_no: str
    trade_no: str
    amount: int
    currency: str
    status: Status
    reason: str
    refunded: int
    paid_at: datetime | None
    pay_url: str = Field(description="The page on which it is paid.")

    @classmethod
    def of(cls, payment: Payment, pay_url: str, at: datetime) -> "SandboxPaymentView":
        """The view of a payment for its merchant."""
        return cls(
            out_trade_no=payment.out_trade_no,
            trade_no=payment.trade_no,
            amount=payment.amount.cents,
            currency=payment.amount.currency,
            status=payment.standing(at),
            reason=payment.reason,
            refunded=payment.refunded.cents if payment.refunded else 0,
            paid_at=payment.paid_at,
            pay_url=pay_url,
        )


class NewSandboxRefund(Body):
    """Money that goes back; the same number again is the same refund."""

    refund_no: _Number
    amount: _Amount
    currency: _Currency
    reason: str = Field(default="", max_length=200)


class SandboxRefundView(View):
    """A refund, and how it stands."""

    refund_no: str
    out_trade_no: str
    amount: int
    currency: str
    status: RefundStatus
    reason: str = Field(description="Why it failed.")

    @classmethod
    def of(cls, refund: Refund, at: datetime) -> "SandboxRefundView":
        """The view of a refund for its merchant."""
        return cls(
            refund_no=refund.refund_no,
            out_trade_no=refund.out_trade_no,
            amount=refund.amount.cents,
            currency=refund.amount.currency,
            status=refund.standing(at),
            reason=refund.failure,
        )


class PageQuery(Body):
    """In which language the page is; without one, that of the browser."""

    locale: str | None = Field(default=None, pattern="^(zh-CN|en)$")


class SwitchesForm(Body):
    """What to do on purpose, to one payment (`out_trade_no`) or to all that have no switches of their own."""

    out_trade_no: _Number | None = None
    callbacks: Callbacks = Callbacks.NORMAL
    closing: Closings = Closings.NORMAL
    refunds: Refunds = Refunds.NORMAL
    delay_seconds: int = Field(default=60, ge=0, le=86_400, description="How late what is late comes.")

    def switches(self) -> Switches:
        """The switches that are meant."""
        return Switches(self.callbacks, self.closing, self.refunds, self.delay_seconds)


class SwitchesView(View):
    """How the switches stand now."""

    callbacks: Callbacks
    closing: Closings
    refunds: Refunds
    delay_seconds: int

    @classmethod
    def of(cls, switches: Switches) -> "SwitchesView":
        """The view of switches."""
        return cls(
            callbacks=switches.callbacks,
            closing=switches.closing,
            refunds=switches.refunds,
            delay_seconds=switches.delay_seconds,
        )
