"""A trade whose payment came in is paid, with or without its saga."""

from mall import events
from mall.orders.paying import service


@events.consumer("orders.on_payment_succeeded")
def app(event: events.Event) -> None:
    """Take in `payments.PaymentSucceeded`."""
    service.payment_succeeded(event)
