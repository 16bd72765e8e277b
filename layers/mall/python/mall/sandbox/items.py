"""The items of the table `sandbox`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pynamodb.attributes import (
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from mall import nosql
from mall.money import Money
from mall.sandbox.model import Callbacks, Closings, Payment, Refund, Refunds, RefundStatus, Status, Switches

PAYMENT = "payment"
REFUND = "refund#"
SWITCHES = "switches"


class _Days(GlobalSecondaryIndex["SandboxItem"]):  # type: ignore[no-untyped-call]
    """What belongs on the bill of a merchant's day, in the order in which it happened."""

    class Meta:
        index_name = "days"
        projection = AllProjection()

    day = UnicodeAttribute(hash_key=True)
    happened_at = UnicodeAttribute(range_key=True)


class SandboxItem(nosql.Model):
    """A payment, one of its refunds (under the same `pk`), or the switches."""

    class Meta(nosql.Table):
        logical = "sandbox"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    merchant_id = UnicodeAttribute(null=True)
    out_trade_no = UnicodeAttribute(null=True)
    trade_no = UnicodeAttribute(null=True)
    amount = NumberAttribute(null=True)
    currency = UnicodeAttribute(null=True)
    status = UnicodeAttribute(null=True)
    what = JSONAttribute(null=True)
    refunded = NumberAttribute(null=True)
    version = NumberAttribute(null=True)
    created_at = UTCDateTimeAttribute(null=True)
    expires_at = UTCDateTimeAttribute(null=True)
    paid_at = UTCDateTimeAttribute(null=True)
    due_at = UTCDateTimeAttribute(null=True)
    switches = JSONAttribute(null=True)
    day = UnicodeAttribute(null=True)
    happened_at = UnicodeAttribute(null=True)
    expires = NumberAttribute(null=True, attr_name="ttl")
    by_day = _Days()


def day_of(merchant_id: str, at: datetime) -> str:
    """On whose bill of which day (UTC) something belongs."""
    return f"{merchant_id}#{at.astimezone(UTC).date().isoformat()}"


def item_of(payment: Payment) -> SandboxItem:
    """The item of a payment."""
    item = SandboxItem(
        payment.id,
        PAYMENT,
        merchant_id=payment.merchant_id,
        out_trade_no=payment.out_trade_no,
        trade_no=payment.trade_no,
        amount=payment.amount.cents,
        currency=payment.amount.currency,
        status=payment.status.value,
        refunded=payment.refunded.cents if payment.refunded else 0,
        version=payment.version,
        created_at=payment.created_at,
        expires_at=payment.expires_at,
        paid_at=payment.paid_at,
    )
    item.what = {
        "subject": payment.subject,
        "notify_url": payment.notify_url,
        "return_url": payment.return_url,
        "reason": payment.reason,
    }
    if payment.switches is not None:
        item.switches = settings_of(payment.switches)
    if payment.paid_at is not None:
        item.day = day_of(payment.merchant_id, payment.paid_at)
        item.happened_at = f"{payment.paid_at.isoformat()}#{payment.out_trade_no}"
    return item


def payment_of(item: SandboxItem) -> Payment:
    """The payment of an item."""
    what, currency = dict(item.what), item.currency
    return Payment(
        id=item.pk,
        merchant_id=item.merchant_id,
        out_trade_no=item.out_trade_no,
        trade_no=item.trade_no,
        amount=Money(int(item.amount), currency),
        subject=what["subject"],
        notify_url=what["notify_url"],
        return_url=what["return_url"],
        status=Status(item.status),
        created_at=item.created_at,
        expires_at=item.expires_at,
        version=int(item.version),
        paid_at=item.paid_at,
        refunded=Money(int(item.refunded or 0), currency),
        switches=None if item.switches is None else switches_of(item.switches),
        reason=what["reason"],
    )


def item_of_refund(payment_id: str, refund: Refund) -> SandboxItem:
    """The item of a refund."""
    item = SandboxItem(
        payment_id,
        REFUND + refund.refund_no,
        merchant_id=refund.merchant_id,
        out_trade_no=refund.out_trade_no,
        amount=refund.amount.cents,
        currency=refund.amount.currency,
        status=refund.status.value,
        created_at=refund.created_at,
        due_at=refund.due_at,
    )
    item.what = {"reason": refund.reason, "failure": refund.failure}
    if refund.status is not RefundStatus.FAILED:
        item.day = day_of(refund.merchant_id, refund.due_at)
        item.happened_at = f"{refund.due_at.isoformat()}#{refund.refund_no}"
    return item


def refund_of(item: SandboxItem) -> Refund:
    """The refund of an item."""
    what = dict(item.what)
    return Refund(
        refund_no=item.sk.removeprefix(REFUND),
        out_trade_no=item.out_trade_no,
        merchant_id=item.merchant_id,
        amount=Money(int(item.amount), item.currency),
        status=RefundStatus(item.status),
        failure=what["failure"],
        reason=what["reason"],
        created_at=item.created_at,
        due_at=item.due_at,
    )


def settings_of(switches: Switches) -> dict[str, object]:
    """Switches as they are stored."""
    return {
        "callbacks": switches.callbacks.value,
        "closing": switches.closing.value,
        "refunds": switches.refunds.value,
        "delay_seconds": switches.delay_seconds,
    }


def switches_of(settings: Mapping[str, Any]) -> Switches:
    """Switches as they were stored."""
    return Switches(
        callbacks=Callbacks(settings["callbacks"]),
        closing=Closings(settings.get("closing", Closings.NORMAL)),
        refunds=Refunds(settings["refunds"]),
        delay_seconds=int(settings["delay_seconds"]),
    )
