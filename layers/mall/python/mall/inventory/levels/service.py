"""Telling what became of levels."""

from collections.abc import Iterable, Mapping
from typing import Any

from mall import events
from mall.inventory import counting
from mall.inventory.levels import store
from mall.inventory.levels.store import Told
from mall.inventory.model import Level, Stock
from mall.inventory.notices import service as notices
from mall.inventory.writing import stock_of
from mall.observability import logger

_ATTEMPTS = 3
_RANK = {Level.OUT: 0, Level.LOW: 1, Level.IN_STOCK: 2}


def changed(images: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> set[str]:
    """The SKUs of which there may be something to tell, among changes of the table's items from old to new."""
    return {sku_id for old, new in images if (sku_id := _concerned(old, new))}


def tell(sku_ids: Iterable[str]) -> set[str]:
    """Tell how the levels of these SKUs are now, where that is news; says of which that did not succeed."""
    left = set(sku_ids)
    for _ in range(_ATTEMPTS):
        if not left:
            break
        stocks, told = counting.whole(sorted(left)), store.load(left)
        left = {id for id, stock in stocks.items() if stock is None or not _tell(stock, told.get(id))}
    return left


def _concerned(old: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    """The SKU, unless its counters merely went down or up within a level."""
    sku_id, _, bucket = (new or old)["id"]["S"].partition("#")
    if not sku_id.startswith("sku_") or not (new or bucket):
        return None
    if bucket:
        return str(sku_id)
    was, is_ = stock_of(sku_id, [old] if old else ()), stock_of(sku_id, [new] if new else ())
    if max(was.buckets, is_.buckets) > 1 or was.level is not is_.level or was.adjusted != is_.adjusted:
        return str(sku_id)
    return None


def _tell(stock: Stock, told: Told | None) -> bool:
    """Tell what is news of a SKU; False where somebody else just told something of it."""
    level, before = stock.level, told.level if told else None
    if told is not None and level is before and stock.adjusted == told.adjusted:
        return True
    which: dict[str, Any] = {"sku_id": stock.sku_id, "product_id": stock.product_id, "merchant_id": stock.merchant_id}
    total = stock.total
    if before is Level.OUT and level is not Level.OUT:
        notices.tell(which)
    news = []
    if before is not None and _RANK[level] < _RANK[before]:
        data = which | {"available": total.available, "threshold": stock.threshold}
        news.append(events.Event.of("inventory.StockLow", aggregate=stock.sku_id, data=data))
    data = which | {
        "level": level.value,
        "available": total.available,
        "on_hand": total.on_hand,
        "reserved": total.reserved,
    }
    news.append(events.Event.of("inventory.StockLevelChanged", aggregate=stock.sku_id, data=data))
    done = store.tell(stock, told, news)
    if done:
        logger.info("level told", sku_id=stock.sku_id, level=level.value, merchant_id=stock.merchant_id)
    return done
