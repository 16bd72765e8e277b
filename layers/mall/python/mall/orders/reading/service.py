"""Keeping the read model up to date, and proving that it is."""

from collections.abc import Callable
from datetime import timedelta

from mall import clock, events, sql
from mall.observability import logger
from mall.orders import store
from mall.orders.model import Order, OrderNotFound
from mall.orders.reading import store as reading

# What changed longer ago was audited on an earlier night. What changed a moment ago may be on its way.
AUDITED, ON_ITS_WAY = timedelta(days=3), timedelta(minutes=5)
_AT_ONCE = 100


def project(event: events.Event) -> None:
    """Take in `orders.OrderChanged`: read the order where it lives, and keep it as it is now."""
    try:
        order = _order(str(event.data["user_id"]), str(event.data["order_id"]))
    except OrderNotFound:
        logger.error("news of no order", order_id=str(event.data["order_id"]))
        return
    reading.put(order)


def _order(user_id: str, order_id: str) -> Order:
    with sql.session(key=user_id) as session:
        return store.order(session, user_id, order_id)


def audit(*, go_on: Callable[[], bool] = lambda: True) -> dict[str, int]:
    """Hold both sides against each other, as long as `go_on` says.

    Returns how many orders were `compared`; of those, how many were `missing` or `behind` here (which is repaired);
    how many are `ahead` of the order itself, and how many are `orphans`, of which there is no order (which nobody can
    repair without knowing why).
    """
    found = dict.fromkeys(("compared", "missing", "behind", "ahead", "orphans"), 0)
    now = clock.now()
    after = ""
    while go_on() and (rows := store.changed_since(now - AUDITED, after=after, limit=_AT_ONCE)):
        after = rows[-1][0]
        here = reading.versions([(merchant_id, id) for id, _, merchant_id, _ in rows])
        for id, user_id, _, version in rows:
            found["compared"] += 1
            if here.get(id) != version:
                _settle(found, user_id, id, here.get(id))
    for ids in reading.changed_since(now - AUDITED, size=_AT_ONCE, go_on=go_on):
        orphans = set(ids) - store.existing(ids)
        found["orphans"] += len(orphans)
        for id in sorted(orphans):
            logger.error("read model of no order", order_id=id)
    logger.info("read model audited", found=found)
    return found


def _settle(found: dict[str, int], user_id: str, order_id: str, here: int | None) -> None:
    """Repair what is behind, and say what is not right."""
    order = _order(user_id, order_id)
    if here is not None and here > order.version:
        found["ahead"] += 1
        logger.error("read model ahead of its order", order_id=order_id, version=order.version, here=here)
        return
    recent = order.updated_at > clock.now() - ON_ITS_WAY
    if reading.put(order) and not recent:
        found["missing" if here is None else "behind"] += 1
        logger.warning("read model repaired", order_id=order_id, version=order.version, here=here)
