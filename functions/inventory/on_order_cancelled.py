"""Give back what a cancelled order holds, or put back what was sold to it."""

from mall import events
from mall.inventory import service


@events.consumer("inventory.on_order_cancelled")
def app(event: events.Event) -> None:
    """Take in `orders.OrderCancelled`."""
    service.order_cancelled(event)
