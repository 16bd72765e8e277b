"""The use cases of restock notices."""

from collections.abc import Mapping

from mall import clock, errors, events
from mall.inventory import service as inventory
from mall.inventory.model import Level, NoSuchStock
from mall.inventory.notices import schemas, store
from mall.inventory.notices.model import MOST, Notice, StillThere, TooManyNotices
from mall.inventory.paging import sku_after
from mall.observability import logger


def add(user_id: str, product_id: str, sku_id: str) -> Notice:
    """Wait for a SKU that has run out; a repetition changes nothing.

    Raises NoSuchStock, StillThere while it can be had, or TooManyNotices.
    """
    if store.count(user_id, most=MOST) >= MOST:
        raise TooManyNotices
    notice = store.add(Notice(user_id, sku_id, product_id, clock.now()))
    # Only now that it is written down: whoever brings it back from here on finds that somebody waits.
    stock = inventory.stock_of(sku_id)
    if stock is not None and stock.product_id == product_id and stock.level is Level.OUT:
        return notice
    store.remove(user_id, sku_id)
    if stock is None or stock.product_id != product_id:
        raise NoSuchStock(sku_id=sku_id)
    raise StillThere(sku_id=sku_id)


def remove(user_id: str, sku_id: str) -> None:
    """Wait no longer; a repetition changes nothing."""
    store.remove(user_id, sku_id)


def mine(user_id: str, query: schemas.NoticeQuery) -> schemas.NoticeList:
    """A page of what somebody waits for."""
    found, following = store.of_user(user_id, limit=query.limit, after=sku_after(query.after))
    return schemas.NoticeList(items=[schemas.NoticeView.of(notice) for notice in found], next=following)


def tell(which: Mapping[str, str]) -> None:
    """Tell of everybody who waits for a SKU, and let them wait no longer. Raises Conflict where others do the same."""
    told = 0
    for user_ids in store.waiting(which["sku_id"]):
        data = {**which, "user_ids": user_ids}
        event = events.Event.of("inventory.Restocked", aggregate=which["sku_id"], data=data)
        if not store.tell(which["sku_id"], user_ids, event):
            raise errors.Conflict("Somebody else is telling of the same people.")
        told += len(user_ids)
    if told:
        logger.info("people told", sku_id=which["sku_id"], people=told)


def forget(user_id: str) -> int:
    """Somebody waits for nothing any longer; says for how many SKUs they did."""
    gone = 0
    while found := store.of_user(user_id, limit=100)[0]:
        for notice in found:
            store.remove(user_id, notice.sku_id)
        gone += len(found)
    return gone
