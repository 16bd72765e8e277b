"""Changing orders: rules asked, history and news written, in the transaction of whoever calls."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mall import events, sql
from mall.money import Money
from mall.orders import mapping, rules, store
from mall.orders.model import Actor, Order, Status
from mall.orders.rules import Act

_CANCELLED = {Act.CANCEL, Act.FINISH_CANCEL}


def change(
    session: sql.Session,
    orders: Sequence[Order],
    act: Act,
    by: Actor,
    *,
    at: datetime,
    to: Status | None = None,
    note: str = "",
    **values: Any,
) -> list[Order]:
    """Do `act` with `orders` (all of one user, with their lines), which `by` may do, or with none of them.

    `to` says which status they get where the rule leaves a choice. `values` are fields that change besides. Raises
    Refused, NotYours, or Changed when somebody else was faster.
    """
    targets = {_target(order, act, by, to) for order in orders}
    (target,) = targets
    if target is not None:
        values["status"] = target
    changed = store.update_orders(session, orders, at, **values)
    diffs = []
    for before, after in zip(orders, changed, strict=True):
        names = [name for name in values if getattr(before, name) != getattr(after, name)]
        diffs.append((after, _shown(before, names), _shown(after, names)))
    store.add_events(session, diffs, act=act.value, by=by, note=note, at=at)
    events.record(session, *(event for order in changed for event in news(order, act.value)))
    return changed


def _target(order: Order, act: Act, by: Actor, to: Status | None) -> Status | None:
    rule = rules.rule_for(order, act, by.side)
    if not rule.to:
        assert to is None, f"{act} leaves the status as it is"
        return None
    if to is None:
        (to,) = rule.to
    assert to in rule.to, f"{act} makes no {to} of {order.status}"
    assert to in rules.NEXT[order.status]
    return to


def _shown(order: Order, names: Sequence[str]) -> dict[str, Any]:
    """Values for the history: JSON types, and of an address or an invoice only that it changed."""
    found: dict[str, Any] = {}
    for name, value in mapping.plain({name: getattr(order, name) for name in names}).items():
        if name in ("address", "invoice"):
            found[name] = f"version {order.version}"
        else:
            found[name] = value.isoformat() if isinstance(value, datetime) else value
    return found


def news(order: Order, what: str) -> list[events.Event]:
    """What the mall hears of an order that has just been changed by `what`."""
    found = [events.Event.of("orders.OrderChanged", aggregate=order.id, data={**_facts(order), "what": what})]
    if what == Act.PAY:
        found.append(events.Event.of("orders.OrderPaid", aggregate=order.id, data=_paid(order)))
    if what in _CANCELLED and order.status is Status.CANCELLED:
        found.append(events.Event.of("orders.OrderCancelled", aggregate=order.id, data=_cancelled(order)))
    return found


def _facts(order: Order) -> dict[str, Any]:
    return _whose(order) | {
        "status": order.status.value,
        "pay_status": order.pay_status.value,
        "ship_status": order.ship_status.value,
        "refund_status": order.refund_status.value,
        "version": order.version,
    }


def _paid(order: Order) -> dict[str, Any]:
    assert order.paid_at is not None
    lines = [
        {
            "line_id": line.id,
            "product_id": line.product_id,
            "sku_id": line.sku_id,
            "quantity": line.quantity,
            "payable": line.payable.cents,
        }
        for line in order.lines
    ]
    return _whose(order) | {
        "paid_at": order.paid_at.isoformat(),
        "payable": order.payable.cents,
        "currency": order.currency,
        "lines": lines,
    }


def _cancelled(order: Order) -> dict[str, Any]:
    paid = order.paid_at is not None
    return _whose(order) | {
        "reason": order.reason or "",
        "was_paid": paid,
        "restock": paid,
        "lines": [{"sku_id": line.sku_id, "quantity": line.quantity} for line in order.lines],
    }


def _whose(order: Order) -> dict[str, Any]:
    return {
        "order_id": order.id,
        "trade_id": order.trade_id,
        "user_id": order.user_id,
        "merchant_id": order.merchant_id,
    }


def zero(order: Order) -> Money:
    """No money, in the order's currency."""
    return Money(0, order.currency)
