"""Bringing the index to where the catalog is."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from mall import clock, errors
from mall.catalog.brands import service as brands
from mall.catalog.brands.model import Brand, NoSuchBrand
from mall.catalog.brands.model import State as BrandState
from mall.catalog.categories import service as categories
from mall.catalog.offers import service as offers
from mall.catalog.products import service as products
from mall.events import Event
from mall.merchants import service as merchants
from mall.observability import logger
from mall.search.index import composing, store
from mall.search.index.model import Entry
from mall.search.model import EVERYWHERE

_TOGETHER = 50


class NotIndexed(errors.Unavailable):
    """Some products could not be brought up to date; the message that said so has to come again."""


def refresh(product_ids: Iterable[str]) -> set[str]:
    """Make the entries of these products what the catalog says now; gives those that could not be made.

    They are done some at a time, and one by one where that fails, so that one product never holds up the others.
    """
    failed: set[str] = set()
    for together in _some(dict.fromkeys(product_ids)):
        try:
            store.write(together, entries)
        except Exception:
            if len(together) > 1:
                logger.warning("products not indexed together", products=len(together), exc_info=True)
                failed |= {id for id in together if refresh([id])}
            else:
                logger.exception("product not indexed", product_id=together[0])
                failed.add(together[0])
    return failed


def entries(product_ids: Sequence[str]) -> dict[str, Entry]:
    """The entries of those of the products that are on sale, from the catalog as it is now."""
    found = products.live_many(product_ids)
    if not found:
        return {}
    offered = offers.of_products(found)
    of_categories = categories.published_many({product.category_id for product in found.values()})
    of_brands = {id: _brand(id) for id in {product.brand_id for product in found.values() if product.brand_id}}
    of_merchants = merchants.get_many({product.merchant_id for product in found.values()})
    return {
        id: composing.entry(
            product,
            offers=offered.get(id, ()),
            category=of_categories.get(product.category_id),
            brand=of_brands.get(product.brand_id),
            merchant=of_merchants[product.merchant_id],
            now=clock.now(),
        )
        for id, product in found.items()
        if product.merchant_id in of_merchants and product.skus
    }


def place_changed(event: Event) -> None:
    """Take in that a category, brand or merchant has changed: the entries of its products tell of it.

    Raises NotIndexed where some could not be made.
    """
    failed: set[str] = set()
    for together in store.in_place(event.aggregate):
        failed |= refresh(together)
    if failed:
        raise NotIndexed(products=len(failed))


def rebuild(progress: Callable[[int], None]) -> set[str]:
    """Make every entry anew, remove what is no longer on sale, and tell `progress` how many are done.

    Searches go on meanwhile, and so does the feed. Gives the products that could not be indexed.
    """
    failed: set[str] = set()
    seen: set[str] = set()
    for together in _some(product.id for product in products.every_live()):
        failed |= refresh(together)
        seen.update(together)
        progress(len(seen))
    for listed in store.in_place(EVERYWHERE):
        failed |= refresh(id for id in listed if id not in seen)
    return failed


def _brand(brand_id: str) -> Brand | None:
    try:
        brand = brands.get(brand_id)
    except NoSuchBrand:
        return None
    return brand if brand.state is BrandState.ACTIVE else None


def _some(ids: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while together := list(islice(rest, _TOGETHER)):
        yield together
