"""Reservations that are held for longer than they may be: somebody crashed, or a timer was missed."""

from collections.abc import Callable
from datetime import timedelta

from mall import clock, events
from mall.inventory import store, writing
from mall.inventory.writing import text
from mall.observability import count, logger, metrics

# Whoever holds stock until a moment gives it back then; what is still held this much later was forgotten.
GRACE = timedelta(minutes=5)
# How often is asked what is to become of it, until something does.
PERIOD = timedelta(hours=1)
_KEPT_SECONDS = 7 * 24 * 60 * 60


def ask(go_on: Callable[[], bool]) -> int:
    """Tell of the orders that hold stock for too long, once in each period; says of how many."""
    now = clock.now()
    period = str(int(now.timestamp() // PERIOD.total_seconds()))
    found: dict[str, tuple[str, list[str]]] = {}
    for order_id, sku_id, user_id in store.held_since_before(now - GRACE):
        found.setdefault(order_id, (user_id, []))[1].append(sku_id)
    told = 0
    for order_id, (user_id, sku_ids) in found.items():
        if not go_on():
            break
        told += _tell(order_id, user_id, sorted(sku_ids), period)
    count("ReservationsOverdue", len(found))
    metrics.flush_metrics()
    return told


def _tell(order_id: str, user_id: str, sku_ids: list[str], period: str) -> bool:
    data = {"order_id": order_id, "user_id": user_id, "sku_ids": sku_ids}
    event = events.Event.of("inventory.ReservationOverdue", aggregate=order_id, data=data)
    mark = {
        "pk": text(f"overdue#{order_id}"),
        "sk": text(period),
        "ttl": writing.number(clock.timestamp() + _KEPT_SECONDS),
    }
    told = store.transact([writing.put("stock_journal", mark, key="pk"), events.outbox_put(event)]) is None
    if told:
        logger.warning("reservation overdue", order_id=order_id, skus=len(sku_ids))
    return told
