"""What happens to products by itself: at a moment, with their category, or with their merchant."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from mall import clock
from mall.catalog.products import keeping, store
from mall.catalog.products.model import Off, Product, Record, State
from mall.events import Event
from mall.images import service as images
from mall.inventory import service as inventory
from mall.merchants import service as merchants
from mall.observability import logger

_PAGE = 50
_SELLING = {State.ON_SALE, State.APPROVED}
# How many former versions' pictures are given up with a new version: more than are approved at once.
_FORMER = 10


def tick(*, most: int = 500) -> int:
    """Begin and end what is due by now, and say for how many products; one that fails keeps no other waiting."""
    now, done = clock.now(), 0
    for product_id in store.due(now, most=most):
        try:
            keeping.change(product_id, lambda record: record.tick(at=now))
            done += 1
        except Exception:
            logger.exception("product not ticked", product_id=product_id)
    return done


def move_products(category_id: str, into: str, *, most: int) -> tuple[int, int]:
    """Put up to `most` products of a category into another one; says how many it found there, and how many it moved."""
    found, moved = store.in_category(category_id, most=most), 0
    for product_id in found:
        before = store.load(product_id)[0].revision
        moved += keeping.change(product_id, lambda record: _moved(record, category_id, into)).revision > before
    return len(found), moved


def products_published(product_ids: Iterable[str]) -> None:
    """Say which pictures products show, and begin their stock where that was broken off; repeating it is harmless."""
    found = store.live_many(product_ids)
    offered = {id: offers for id, (_, offers) in found.items() if offers is not None}
    counted = inventory.stock_of_many(sku_id for offers in offered.values() for sku_id in offers.offers)
    for id, offers in offered.items():
        missing = {sku_id: one.available for sku_id, one in offers.offers.items() if sku_id not in counted}
        if missing:
            inventory.open(offers.merchant_id, id, missing)
    _count_pictures({id: product for id, (product, _) in found.items()})


def _count_pictures(products: Mapping[str, Product]) -> None:
    missing = images.use({id: product.picture_ids() for id, product in products.items()})
    if missing:  # they were given up while a product was reviewed
        logger.warning("pictures not there", picture_ids=sorted(missing))
    for id, product in products.items():
        if product.version > 1:
            former = store.versions(id, limit=_FORMER, below=product.version)
            gone = {id for version in former for id in version.picture_ids()} - product.picture_ids()
            images.release(gone, user=id)


def merchant_changed(event: Event) -> None:
    """Take in `merchants.MerchantChanged`. How the merchant is now counts, so the news may come in any order."""
    if event.data["what"] != "state":
        return
    if merchants.sells(event.aggregate):
        resume_products(event.aggregate)
    else:
        suspend_products(event.aggregate)


def suspend_products(merchant_id: str, *, some: int = _PAGE) -> None:
    """Take all of a merchant's products off sale, `some` at a time; a repetition goes on where this was broken off."""
    _each(merchant_id, _SELLING, lambda record, now: record.take_off_sale(Off.SUSPENSION, at=now), some)


def resume_products(merchant_id: str, *, some: int = _PAGE) -> None:
    """Put on sale again what `suspend_products` took off; a repetition goes on where this was broken off."""
    _each(merchant_id, {State.OFF_SALE}, lambda record, now: record.resume(at=now), some)


def _each(merchant_id: str, states: set[State], decide: Callable[[Record, datetime], Record], some: int) -> None:
    now, after = clock.now(), None
    while True:
        # What is changed comes first in the list, so nothing is passed over behind the cursor.
        found, after = store.of_merchant(merchant_id, limit=some, after=after)
        for entry in found:
            if entry.said["live"] in states:
                keeping.change(entry.id, lambda record: decide(record, now))
        if after is None:
            return


def _moved(record: Record, category_id: str, into: str) -> Record:
    # Only one of draft and live may be in it, and the index may tell of a while ago.
    if category_id not in {record.newest.category_id, record.live and record.live.category_id}:
        return record
    return record.move(into, at=clock.now())
