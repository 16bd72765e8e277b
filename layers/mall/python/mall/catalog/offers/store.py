"""Offers in the products' partitions."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pynamodb.transactions import TransactWrite

from mall import events, nosql
from mall.catalog.offers.model import NoSuchOffer, OfferChangedMeanwhile, Offers, of_json, to_json
from mall.catalog.parts import OFFERS, Part, text_of
from mall.reading import Item


def load(product_id: str) -> Offers:
    """The offers of a product. Raises NoSuchOffer where it never had any."""
    try:
        return decode(Part.get(product_id, OFFERS, consistent_read=True))
    except Part.DoesNotExist:
        raise NoSuchOffer from None


def load_many(product_ids: Iterable[str]) -> dict[str, Offers]:
    """The offers of those of the products that have any."""
    keys = [(product_id, OFFERS) for product_id in set(product_ids)]
    found = Part.batch_get(keys, consistent_read=True) if keys else ()
    return {part.id: decode(part) for part in found}


def save(offers: Offers, *, before: Offers, news: Iterable[events.Event]) -> Offers:
    """Keep changed offers. Raises OfferChangedMeanwhile when they are no longer as they were `before`."""
    try:
        with nosql.transaction() as writes:
            saved = write(writes, offers, before=before)
            for event in news:
                writes.save(events.outbox_item(event))
    except nosql.ConditionFailed:
        raise OfferChangedMeanwhile from None
    return saved


def write(writes: TransactWrite, offers: Offers, *, before: Offers | None) -> Offers:
    """Write the offers in a transaction, on the condition that they are as they were `before`."""
    offers = replace(offers, version=1 if before is None else before.version + 1)
    expected = Part.id.does_not_exist() if before is None else Part.version == before.version
    part = Part(
        offers.product_id,
        OFFERS,
        merchant_id=offers.merchant_id,
        version=offers.version,
        body=text_of(to_json(offers)),
    )
    writes.save(part, condition=expected)
    return offers


def decode(part: Part) -> Offers:
    """The offers that a part holds."""
    return Offers(part.id, part.merchant_id, of_json(part.content), int(part.version))


def offers_of(content: Any, item: Item) -> Offers:
    """The same of an item as `mall.reading` finds it, whose body says `content`."""
    return Offers(item["id"]["S"], item["merchant_id"]["S"], of_json(content), int(item["version"]["N"]))
