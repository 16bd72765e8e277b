"""Let products that sell well come first where people sort by sales."""

from mall import events
from mall.search.sales import service


@events.consumer("search.on_order_paid")
def app(event: events.Event) -> None:
    """Take in `orders.OrderPaid`."""
    service.order_paid(event)
