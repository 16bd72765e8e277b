"""A refund of an order failed, and is tried again."""

from mall import events
from mall.orders.cancelling import service


@events.consumer("orders.on_refund_failed")
def app(event: events.Event) -> None:
    """Take in `refunds.RefundFailed`."""
    service.refund_failed(event)
