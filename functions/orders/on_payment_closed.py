"""A trade whose payment was closed can be paid no more."""

from mall import events
from mall.orders.paying import service


@events.consumer("orders.on_payment_closed")
def app(event: events.Event) -> None:
    """Take in `payments.PaymentClosed`."""
    service.payment_closed(event)
