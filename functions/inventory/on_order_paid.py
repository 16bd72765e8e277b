"""Take what a paid order holds out of the stock."""

from mall import events
from mall.inventory import service


@events.consumer("inventory.on_order_paid")
def app(event: events.Event) -> None:
    """Take in `orders.OrderPaid`."""
    service.order_paid(event)
