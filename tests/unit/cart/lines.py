"""Items and lines for tests of carts."""

from datetime import UTC, datetime
from typing import Any

from mall.cart.model import Line, shown
from mall.money import Money
from mall.quotes.model import Item

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def item(sku_id: str = "sku_a", quantity: int = 1, **changes: Any) -> Item:
    """Something on sale at merchant `mch_1`."""
    given = {"product_id": f"prd_{sku_id}", "merchant_id": "mch_1", "available": 999, "unit_price": Money(1000)}
    return Item(sku_id=sku_id, quantity=quantity, **(given | changes))


def line(sku_id: str = "sku_a", quantity: int = 1, **changes: Any) -> Line:
    """A line of something."""
    wanted = item(sku_id, quantity)
    given: dict[str, Any] = {"merchant_id": "mch_1", "added_at": NOON, "shown": shown(wanted)}
    return Line(sku_id=sku_id, product_id=wanted.product_id, quantity=quantity, **(given | changes))
