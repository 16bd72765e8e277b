"""Between the values of the model and the columns of the tables."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from mall.money import Money
from mall.orders.model import (
    Discount,
    Line,
    Order,
    PayStatus,
    RefundStatus,
    ShipStatus,
    Stage,
    Status,
    Trade,
)

_STATUSES: Mapping[str, type[StrEnum]] = {
    "status": Status,
    "pay_status": PayStatus,
    "ship_status": ShipStatus,
    "refund_status": RefundStatus,
    "stage": Stage,
}
_MONEY: Mapping[type, frozenset[str]] = {
    Trade: frozenset({"goods", "discount", "freight", "total", "wallet_amount"}),
    Order: frozenset({"goods", "discount", "freight", "payable", "wallet_part", "platform_part", "refunded"}),
    Line: frozenset({"unit_price", "list_price", "goods", "discount", "payable"}),
    Discount: frozenset({"amount", "platform_part", "merchant_part"}),
}
_AS_THEY_ARE = {str, int, bool, datetime, type(None)}
# What is in rows of its own.
_ELSEWHERE = frozenset({"lines", "discounts", "freight_discounts"})


_NAMES: Mapping[type, tuple[str, ...]] = {
    kind: tuple(field.name for field in fields(kind) if field.name not in _ELSEWHERE)
    for kind in (Trade, Order, Line, Discount)
}


def columns(value: Trade | Order | Line | Discount) -> dict[str, Any]:
    """The columns that hold `value`, without those that only the row knows (slot, owner)."""
    found = plain({name: getattr(value, name) for name in _NAMES[type(value)]})
    if isinstance(value, Trade):
        found["currency"] = value.total.currency
    elif isinstance(value, Order):
        found["currency"] = value.currency
    return found


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the model as values of columns: amounts as cents, statuses as text."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, Money):
        return value.cents
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def trade(row: Any) -> Trade:
    """The trade in `row`."""
    return Trade(**_values(Trade, row, row.currency))


def order(row: Any) -> Order:
    """The order in `row`, without its lines."""
    return Order(**_values(Order, row, row.currency))


def line(row: Any, currency: str, discounts: Sequence[Discount]) -> Line:
    """The line in `row`."""
    return Line(**_values(Line, row, currency), discounts=tuple(discounts))


def discount(row: Any, currency: str) -> Discount:
    """The discount in `row`."""
    return Discount(**_values(Discount, row, currency))


def _values(kind: type, row: Any, currency: str) -> dict[str, Any]:
    money = _MONEY[kind]
    found = {}
    for name in _NAMES[kind]:
        value = getattr(row, name)
        if name in money:
            value = None if value is None else Money(value, currency)
        elif name in _STATUSES:
            value = _STATUSES[name](value)
        elif isinstance(value, list):
            value = tuple(value)
        found[name] = value
    return found
