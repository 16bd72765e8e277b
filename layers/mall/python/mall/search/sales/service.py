"""Counting what sells."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from mall import clock
from mall.events import Event
from mall.search.sales import store

COUNTED = timedelta(days=30)
"""How long a sale counts."""
_TOGETHER, _MOST = 500, 20


def order_paid(event: Event) -> None:
    """Take in `orders.OrderPaid`. Of an order that is too old to count, nothing is kept."""
    day = datetime.fromisoformat(event.data["paid_at"]).astimezone(UTC).date()
    if day < _oldest():
        return
    units: Counter[str] = Counter()
    for line in event.data["lines"]:
        units[line["product_id"]] += line["quantity"]
    store.sold(event.data["order_id"], units, day)


def forget_old() -> int:
    """Let what was sold too long ago count no more; says for how many products that was so."""
    done = 0
    for _ in range(_MOST):
        found = store.forget(_oldest(), most=_TOGETHER)
        done += found
        if found < _TOGETHER:
            break
    return done


def _oldest() -> date:
    return (clock.now() - COUNTED).date()
