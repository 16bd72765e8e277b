"""Say what becomes of stock that an order holds for too long."""

from mall import events
from mall.orders.sweeping import service


@events.consumer("orders.on_reservation_overdue")
def app(event: events.Event) -> None:
    """Take in `inventory.ReservationOverdue`."""
    service.reservation_overdue(event)
