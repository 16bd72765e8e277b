"""Dividing the counters of a SKU that many want at once, and putting them together again when it is calm.

A counter takes some hundred changes a second, and of two transactions at one item one is sent away. So the counters of
a SKU whose buyers get in each other's way are divided into buckets, of which everybody takes one by chance, and looks
through all of them before anybody is told that there is nothing left. Nobody has to say beforehand which SKU that is.
"""

from collections.abc import Mapping

from mall import clock
from mall.inventory import store, writing
from mall.inventory.model import OWN, Counter, Stock, names_of
from mall.inventory.reserving import pause
from mall.inventory.writing import Action, number, text
from mall.observability import count, logger

WINDOW_SECONDS = 10
# So many conflicts within a window divide a SKU, or divide it further.
MANY = 20
WIDTHS = (1, 8, 24)
CALM_SECONDS = 600
_ATTEMPTS = 10
# Each process tells of some conflicts at once: the count is kept at one place, too.
_TOLD_AT_ONCE = 4
_MOST_UNTOLD = 1_000
_untold: dict[str, int] = {}


def felt(conflicts: Mapping[str, int]) -> None:
    """Take in how often buyers got in each other's way, and divide the SKUs of which that is too often."""
    for sku_id, times in conflicts.items():
        more = _untold.pop(sku_id, 0) + times
        if more < _TOLD_AT_ONCE:
            if len(_untold) >= _MOST_UNTOLD:
                _untold.clear()
            _untold[sku_id] = more
            continue
        try:
            count("StockConflicts", more)
            total = store.heat(sku_id, more, clock.timestamp(), window=WINDOW_SECONDS)
            if total // MANY > (total - more) // MANY:
                divide(sku_id)
        except Exception:  # the buyer has what they came for
            logger.exception("conflicts not counted", sku_id=sku_id)


def divide(sku_id: str) -> int:
    """Divide a SKU's counters into more buckets, if there is enough to divide; says how many it has then."""
    for failures in range(_ATTEMPTS):
        stock = store.load_exactly(sku_id)
        if stock is not None:
            width = _next_width(stock)
            if width <= stock.buckets:
                return stock.buckets
            if store.transact(_divided(stock, width)) is None:
                logger.info("stock divided", sku_id=sku_id, buckets=width)
                return width
        pause(failures)
    return stock.buckets if stock else 1


def merge(sku_id: str) -> bool:
    """Put a SKU's counters together again; says whether that succeeded."""
    stock = store.load_exactly(sku_id)
    if stock is None:
        return False
    if stock.buckets == 1 or not stock.known:
        return True
    merged = store.transact(_merged(stock)) is None
    if merged:
        logger.info("stock merged", sku_id=sku_id, buckets=stock.buckets)
    return merged


def cool_down() -> int:
    """Put together the counters of the SKUs whose buyers have not met for a while; says of how many."""
    calm = clock.timestamp() - CALM_SECONDS
    return sum(merge(sku_id) for sku_id in store.divided() if store.last_heat(sku_id) < calm)


def _next_width(stock: Stock) -> int:
    fits = [width for width in WIDTHS if width <= max(1, stock.total.available // 2)]
    wider = [width for width in WIDTHS if width > stock.buckets]
    return min(fits[-1], wider[0]) if wider else stock.buckets


def _divided(stock: Stock, width: int) -> list[Action]:
    """Take from the buckets that there are what the new ones begin with; who buys meanwhile takes from what is left."""
    epoch = stock.epoch + 1 if stock.buckets == 1 else stock.epoch
    old, new = stock.names, names_of(epoch, width)
    added = new[stock.buckets :]
    given: dict[str, dict[str, int]] = {bucket: {} for bucket in old}
    begun: dict[str, dict[str, int]] = {bucket: {} for bucket in added}
    for warehouse, counter in stock.in_warehouses().items():
        each = counter.available // width
        for bucket in old:
            spare = stock.counters.get((bucket, warehouse), Counter()).available - each
            for target in added:
                some = min(each - begun[target].get(warehouse, 0), max(0, spare))
                if some > 0:
                    begun[target][warehouse] = begun[target].get(warehouse, 0) + some
                    given[bucket][warehouse] = given[bucket].get(warehouse, 0) + some
                    spare -= some
    layout = {"epoch": number(epoch), "buckets": number(width), "widest": number(max(width, stock.widest))}
    actions = [
        writing.change(
            stock.sku_id,
            OWN,
            _less(given[OWN]),
            conditions=["attribute_not_exists(#buckets)" if stock.buckets == 1 else "#buckets = :seen"],
            set=layout,
            values={} if stock.buckets == 1 else {":seen": number(stock.buckets)},
        )
    ]
    actions += [writing.change(stock.sku_id, bucket, _less(given[bucket])) for bucket in old[1:] if given[bucket]]
    actions += [writing.bucket_put(stock.sku_id, bucket, begun[bucket]) for bucket in added]
    return [*actions, writing.put("stock_journal", {"pk": text("split"), "sk": text(stock.sku_id)}, key=None)]


def _merged(stock: Stock) -> list[Action]:
    rest: dict[str, Counter] = {}
    for (bucket, warehouse), counter in stock.counters.items():
        if bucket != OWN:
            rest[warehouse] = rest.get(warehouse, Counter()) + counter
    own = writing.change(
        stock.sku_id,
        OWN,
        rest,
        conditions=["#buckets = :seen", "#epoch = :epoch"],
        remove=["buckets"],
        values={":seen": number(stock.buckets), ":epoch": number(stock.epoch)},
    )
    gone = [writing.bucket_delete(stock.sku_id, bucket, stock.versions[bucket]) for bucket in stock.names[1:]]
    return [own, *gone, writing.split_delete(stock.sku_id)]


def _less(taken: Mapping[str, int]) -> dict[str, Counter]:
    return {warehouse: Counter(-quantity) for warehouse, quantity in taken.items()}
