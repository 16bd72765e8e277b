"""The use cases of offers."""

import random
import time
from collections.abc import Callable, Iterable, Sequence

from mall import clock, errors, events
from mall.catalog.offers import schemas, store
from mall.catalog.offers.model import Change, NoSuchOffer, Offer, Offers, delivery
from mall.inventory import service as inventory
from mall.observability import logger

_ATTEMPTS = 6


def of_products(product_ids: Iterable[str]) -> dict[str, list[Offer]]:
    """The offers of those of the products that have any, as they are now."""
    return {id: list(offers.offers.values()) for id, offers in store.load_many(product_ids).items()}


def of_merchant(merchant_id: str, product_id: str) -> Offers:
    """The offers of a merchant's own product. Raises NoSuchOffer."""
    offers = store.load(product_id)
    if offers.merchant_id != merchant_id:
        raise NoSuchOffer
    return offers


def view(offers: Offers, sku_ids: Iterable[str]) -> schemas.OfferView:
    """What everybody sees of the offers of these SKUs now."""
    shown = [offers.offers[sku_id] for sku_id in sku_ids if sku_id in offers.offers]
    first, last = delivery(clock.now())
    return schemas.OfferView(
        product_id=offers.product_id,
        skus=[schemas.SkuOffer.of(offer) for offer in shown],
        delivery=schemas.Delivery(from_=first, to=last) if any(offer.available > 0 for offer in shown) else None,
    )


def set(merchant_id: str, product_id: str, changes: Sequence[Change], *, by: str = "") -> Offers:
    """Change prices and stock of a merchant's own product, at once.

    Repeating it changes nothing. Raises NoSuchOffer, BadPrice, StockBusy, or OfferChangedMeanwhile when others keep
    changing them.
    """

    before = of_merchant(merchant_id, product_id)
    before.changed(changes, clock.now())
    stock = {change.sku_id: change.available for change in changes if change.available is not None}
    if stock:
        inventory.set_available(merchant_id, product_id, stock, by=by, reason="set with the offer")
    return _change(product_id, lambda offers: changes, before)


def take_stock(product_id: str) -> None:
    """Tell people from now on how many there are of a product's SKUs now; repeating it changes nothing."""

    # Read after the offers, which are kept only if nobody else kept them since: so the latest count stays.
    def counted(offers: Offers) -> list[Change]:
        return [Change(sku_id, available=left) for sku_id, left in inventory.available(offers.offers).items()]

    try:
        _change(product_id, counted)
    except NoSuchOffer:
        logger.info("stock of what is not offered", product_id=product_id)


def _change(product_id: str, decide: Callable[[Offers], Sequence[Change]], before: Offers | None = None) -> Offers:
    for attempt in range(1, _ATTEMPTS + 1):
        before = before or store.load(product_id)
        offers, touched = before.changed(decide(before), clock.now())
        if not touched:
            return before
        try:
            saved = store.save(offers, before=before, news=[_news(offers, touched)])
        except errors.Conflict:
            if attempt == _ATTEMPTS:
                raise
            before = None
            time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311
            continue
        logger.info("offers changed", product_id=product_id, merchant_id=saved.merchant_id, what=sorted(touched))
        return saved
    raise AssertionError("the last attempt returns or raises")


def _news(offers: Offers, touched: dict[str, list[str]]) -> events.Event:
    sku_ids = sorted({sku_id for skus in touched.values() for sku_id in skus})
    data = {
        "product_id": offers.product_id,
        "merchant_id": offers.merchant_id,
        "sku_ids": sku_ids,
        "what": sorted(touched),
    }
    return events.Event.of("catalog.OfferChanged", aggregate=offers.product_id, data=data)
