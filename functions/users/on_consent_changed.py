"""Keep the account item's consents up to date, and forget the browsing history of whoever withdrew it."""

from mall import events
from mall.users.activity import service as activity
from mall.users.consents.current import service


@events.consumer("users.on_consent_changed")
def app(event: events.Event) -> None:
    """Take in `users.ConsentChanged`."""
    service.project(event)
    activity.consent_changed(event)
