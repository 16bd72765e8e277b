"""Cancel what somebody has ordered and not paid for who closes their account."""

from mall import events
from mall.orders.sweeping import service


@events.consumer("orders.on_account_closed")
def app(event: events.Event) -> None:
    """Take in `users.AccountClosed`."""
    service.account_closed(event)
