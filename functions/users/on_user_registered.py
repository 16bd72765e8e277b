"""Keep the proof of what a new customer agreed to."""

from mall import events
from mall.users.consents import service


@events.consumer("users.on_user_registered")
def app(event: events.Event) -> None:
    """Take in `users.UserRegistered`; consents that are there already stay as they are."""
    service.registered(event)
