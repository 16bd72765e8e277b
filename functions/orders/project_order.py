"""Keep the read model of orders up to date."""

from mall import events
from mall.orders.reading import service


@events.consumer("orders.project_order")
def app(event: events.Event) -> None:
    """Take in `orders.OrderChanged`."""
    service.project(event)
