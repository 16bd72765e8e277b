"""Forget what somebody waited for whose account is closed."""

from mall import events
from mall.inventory.notices import service


@events.consumer("inventory.on_account_closed")
def app(event: events.Event) -> None:
    """Take in `users.AccountClosed`."""
    service.forget(event.aggregate)
