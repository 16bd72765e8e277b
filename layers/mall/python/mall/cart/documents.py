"""Carts as JSON, as they are kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mall.cart.model import Line, Shown
from mall.money import Money
from mall.quotes.model import Standing

Json = dict[str, Any]


def of_line(line: Line) -> Json:
    """A line as JSON."""
    seen = line.shown
    return {
        "sku": line.sku_id,
        "product": line.product_id,
        "merchant": line.merchant_id,
        "quantity": line.quantity,
        "added_at": line.added_at.isoformat(),
        "name": dict(line.name),
        "selected": line.selected,
        "saved": line.saved,
        "shown": {
            "quantity": seen.quantity,
            "price": seen.price.cents,
            "currency": seen.price.currency,
            "available": seen.available,
            "standing": seen.standing.value,
            "promotions": {id: dict(label) for id, label in seen.promotions.items()},
        },
    }


def line_of(said: Mapping[str, Any]) -> Line:
    """The line that `of_line` wrote."""
    seen = said["shown"]
    return Line(
        sku_id=said["sku"],
        product_id=said["product"],
        merchant_id=said["merchant"],
        quantity=said["quantity"],
        added_at=datetime.fromisoformat(said["added_at"]),
        name=said["name"],
        selected=said["selected"],
        saved=said["saved"],
        shown=Shown(
            seen["quantity"],
            Money(seen["price"], seen["currency"]),
            seen["available"],
            Standing(seen["standing"]),
            seen["promotions"],
        ),
    )
