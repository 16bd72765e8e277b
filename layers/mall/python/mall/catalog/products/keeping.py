"""Reading a product, deciding something about it, and keeping what came of that: the steps of every use case."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from mall import clock, errors
from mall.catalog.offers.model import Offer, Offers
from mall.catalog.products import news, store
from mall.catalog.products.model import NoSuchProduct, Off, Product, ProductChanged, Record, Sku
from mall.inventory import service as inventory

T = TypeVar("T")
_ATTEMPTS = 6


def own(merchant_id: str, product_id: str) -> tuple[Record, Offers | None]:
    """A merchant's own product and its offers. Raises NoSuchProduct, also for the product of another."""
    record, offers = store.load(product_id)
    if record.merchant_id != merchant_id:
        raise NoSuchProduct
    return record, offers


def change(product_id: str, decide: Callable[[Record], Record], *, owner: str | None = None) -> Record:
    """Make of a product what `decide` makes of it; of one that has an `owner`, for them only."""

    def attempt() -> Record:
        before, _ = store.load(product_id)
        if owner is not None and before.merchant_id != owner:
            raise NoSuchProduct
        after = decide(before)
        return before if after is before else save(after, before)

    return persist(attempt)


def approved(record: Record, before: Record | None, offers: Offers | None, *, sells: bool) -> Record:
    """Keep the record with its draft approved, and offer its SKUs; it is not on sale unless its merchant `sells`."""
    now = clock.now()
    after = record.approve(at=now)
    if not sells:
        after = after.take_off_sale(Off.SUSPENSION, at=now)
    assert after.live is not None
    begin = offers or Offers(after.id, after.merchant_id)
    wanted = begin.for_(_offer(sku, now) for sku in after.live.skus)
    if wanted.offers == begin.offers and offers is not None:
        return save(after, before)
    kept = save(after, before, offers=wanted, offers_before=offers)
    begun = {id: offer.available for id, offer in wanted.offers.items() if id not in begin.offers}
    if offers is None:
        inventory.open(after.merchant_id, after.id, begun)
    elif begun:
        # What was offered before, and is again, has a stock of then.
        inventory.set_available(after.merchant_id, after.id, begun, by="", reason="on offer again")
    return kept


def _offer(sku: Sku, at: datetime) -> Offer:
    return Offer(sku.id, sku.price, sku.list_price, sku.stock or 0, at)


def save(
    record: Record, before: Record | None, *, offers: Offers | None = None, offers_before: Offers | None = None
) -> Record:
    """Keep the record and tell the news of it; raises as `store.create` and `store.save` do."""
    told = news.of(before, record)
    if before is None:
        return store.create(record, told, offers)
    return store.save(record, before=before, news=told, offers=offers, offers_before=offers_before)


def persist(attempt: Callable[[], T]) -> T:
    """Do `attempt` again where somebody else changed the product meanwhile."""
    for number in range(1, _ATTEMPTS):
        try:
            return attempt()
        except ProductChanged:
            pass
        except errors.Conflict as conflict:
            if type(conflict) is not errors.Conflict:
                raise
        time.sleep(random.uniform(0, 0.01 * 2**number))  # noqa: S311
    return attempt()


def priced(product: Product, offers: Offers | None) -> Product:
    """The product with what its SKUs cost now, without those that are not offered."""
    known: Mapping[str, Offer] = {} if offers is None else offers.offers
    skus = tuple(
        replace(sku, price=known[sku.id].price, list_price=known[sku.id].list_price, stock=None)
        for sku in product.skus
        if sku.id in known
    )
    return replace(product, skus=skus)
