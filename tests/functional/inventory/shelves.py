"""Stock for tests: SKUs with so many of each, and what is left of them."""

from collections import Counter as Sums
from datetime import timedelta

from mall import clock, ids
from mall.inventory import service, store
from mall.inventory.model import Counter, Wanted

SHOP = ids.new("mch", slot=7)
PRODUCT = ids.new("prd")
SOON = timedelta(minutes=30)


def sku(available: int = 10, *, merchant_id: str = SHOP) -> str:
    """A SKU of which there are so many."""
    id = ids.new("sku")
    service.open(merchant_id, PRODUCT, {id: available})
    return id


def order() -> str:
    """The id of an order."""
    return ids.new("ord", slot=3)


def buyer() -> str:
    """The id of a buyer."""
    return ids.new("usr", slot=3)


def hold(quantities: dict[str, int], *, order_id: str = "", user_id: str = "", limit: int | None = None) -> str:
    """Reserve these for an order; its id."""
    order_id = order_id or order()
    wanted = [Wanted(order_id, sku_id, quantity, limit) for sku_id, quantity in quantities.items()]
    service.reserve("trd_1", user_id or buyer(), wanted, until=clock.now() + SOON)
    return order_id


def counters(sku_id: str) -> Counter:
    """How many of a SKU can be sold and are held, all in all."""
    stock = service.stock_of(sku_id)
    return stock.total if stock else Counter()


def pair(sku_id: str) -> tuple[int, int]:
    """The same as (available, reserved)."""
    total = counters(sku_id)
    return total.available, total.reserved


def moved(sku_id: str) -> Counter:
    """What the movements of a SKU add up to."""
    sums: Sums[str] = Sums()
    for movement in store.movements(sku_id):
        sums.update(on_hand=movement.on_hand, reserved=movement.reserved)
    return Counter(sums["on_hand"] - sums["reserved"], sums["reserved"])
