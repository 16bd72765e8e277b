"""Whether the mall may do what takes a consent: `service.allows(user_id, Kind.MARKETING_EMAIL)`."""

from mall.events import Event
from mall.users.consents.current import store
from mall.users.consents.model import Kind


def active(user_id: str) -> bool:
    """Whether the account is there and in use."""
    return store.load(user_id).active


def allows(user_id: str, kind: Kind) -> bool:
    """Whether somebody's account is in use and allows what takes a consent of this kind."""
    standing = store.load(user_id)
    return standing.active and standing.given.get(kind, kind.until_withdrawn)


def project(event: Event) -> bool:
    """Take in `users.ConsentChanged`, in whatever order and however often; says whether it was news."""
    return store.replace(event.aggregate, event.data["current"], event.sequence)
