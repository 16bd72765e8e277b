"""Having pages rendered."""

from collections.abc import Iterable
from datetime import timedelta

from mall import clock, ids
from mall.pages.model import ALL, PageId
from mall.pages.orders import store

# More than these are not looked at whether they are due already.
_MANY = 500


def publish(pages: Iterable[PageId], *, delay: int = 0) -> int:
    """Have pages rendered in `delay` seconds, and say how many are not about to be rendered anyway."""
    wanted = sorted(set(pages))
    now = clock.now()
    pending = wanted if len(wanted) > _MANY else store.due(wanted, now=now, at=now + timedelta(seconds=delay))
    if ALL in pending:
        store.send_rebuild(ids.new("reb"), delay=delay)
    store.send([page for page in pending if page != ALL], delay=delay)
    return len(pending)
