"""Money of an order went back: one that was to be cancelled is."""

from mall import events
from mall.orders.cancelling import service


@events.consumer("orders.on_refund_succeeded")
def app(event: events.Event) -> None:
    """Take in `refunds.RefundSucceeded`."""
    service.refund_succeeded(event)
