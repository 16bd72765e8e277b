"""From a product of the catalog to its entry in the index."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from mall.catalog import cards
from mall.catalog.brands.model import Brand
from mall.catalog.categories.model import Published
from mall.catalog.categories.model import State as CategoryState
from mall.catalog.categories.template import Attribute, Kind
from mall.catalog.offers.model import Offer, Stock
from mall.catalog.products.model import Product
from mall.catalog.texts import Texts
from mall.merchants.model import Merchant
from mall.search import words
from mall.search.index.model import Entry, FacetValue, Term
from mall.search.model import BRAND, CATEGORY, MERCHANT, attribute_facet

_CATEGORIES = {"zh-CN": "分类", "en": "Category"}
_BRANDS = {"zh-CN": "品牌", "en": "Brand"}
_MERCHANTS = {"zh-CN": "店铺", "en": "Shop"}
_ANSWERS = {True: {"zh-CN": "是", "en": "Yes"}, False: {"zh-CN": "否", "en": "No"}}
_FLAGS = frozenset({"hot", "new", "pinned"})
# The text of an attribute is a facet's value up to this length.
_LONGEST_VALUE = 64


def entry(
    product: Product,
    *,
    offers: Sequence[Offer],
    category: Published | None,
    brand: Brand | None,
    merchant: Merchant,
    now: datetime,
) -> Entry:
    """The entry of a product that is on sale. A category that is hidden is none."""
    shown = category if category is not None and category.state is not CategoryState.HIDDEN else None
    template = {attribute.code: attribute for attribute in category.attributes} if category is not None else {}
    values = list(_values(product, template))
    cheapest = min(product.skus, key=lambda sku: sku.price.cents)
    dearest = max(product.skus, key=lambda sku: sku.price.cents)
    prices = cheapest.price, dearest.price
    flags = {flag: until for flag, until in product.flags_at(now).items() if flag in _FLAGS}
    stock = _stock(offers)
    categories = [] if shown is None else [(id, shown.names[id]) for id in shown.path]
    return Entry(
        id=product.id,
        texts=(
            tuple(product.name.values()),
            () if brand is None else tuple(brand.name.values()),
            (
                *(text for _, name in categories for text in name.values()),
                *(text for _, _, name in values for text in name.values()),
                *product.tags,
                *merchant.name.values(),
            ),
            (*product.summary.values(), *(words.plain(text) for text in product.description.values())),
        ),
        facets=(
            *(
                FacetValue(CATEGORY, id, "category", _CATEGORIES, name, parent)
                for (id, name), parent in zip(categories, (None, *(id for id, _ in categories)), strict=False)
            ),
            *(() if brand is None else (FacetValue(BRAND, brand.id, "brand", _BRANDS, brand.name),)),
            FacetValue(MERCHANT, merchant.id, "merchant", _MERCHANTS, merchant.name),
            *(_facet(attribute, code, name) for attribute, code, name in values if attribute.facet),
        ),
        places=(*(id for id, _ in categories), *(() if brand is None else (brand.id,)), merchant.id),
        terms=(
            *(Term("category", text, id) for id, name in categories for text in name.values()),
            *(() if brand is None else (Term("brand", text, brand.id) for text in brand.name.values())),
        ),
        price=prices[0].cents,
        price_to=prices[1].cents,
        published_at=product.published_at or product.updated_at,
        flags=flags,
        in_stock=stock is not Stock.OUT,
        card=cards.compose(
            product.id,
            slug=product.slug,
            name=product.name,
            prices=prices,
            list_price=cheapest.list_price,
            picture_id=next(iter(product.pictures), None),
            merchant=(merchant.id, merchant.name),
            brand=None if brand is None else (brand.id, brand.name),
            flags=flags,
            stock_state=stock.value,
        ),
    )


def _values(product: Product, template: Mapping[str, Attribute]) -> Iterator[tuple[Attribute, str, Texts]]:
    """Each value that the product has of an attribute: its code, and what it is called."""
    for code, given in product.attributes.items():
        attribute = template.get(code)
        if attribute is not None:
            for value in given if isinstance(given, list | tuple) else (given,):
                yield attribute, *_named(attribute, value)
    for option in product.options:
        attribute = template.get(option.code)
        if attribute is not None:
            for named in option.values:
                yield attribute, named.code, named.name


def _named(attribute: Attribute, value: Any) -> tuple[str, Texts]:
    if isinstance(value, bool):
        return str(value).lower(), _ANSWERS[value]
    if isinstance(value, int | float):
        text = f"{value:g}"
        return text, {"en": f"{text} {attribute.unit}".strip()}
    name = next((known.name for known in attribute.values if known.code == value), {"en": str(value)})
    return str(value), name


def _facet(attribute: Attribute, code: str, name: Texts) -> FacetValue:
    position = next((number for number, known in enumerate(attribute.values) if known.code == code), 0)
    kind = "boolean" if attribute.kind is Kind.BOOLEAN else "enum"
    # Clients separate values by commas, which some have; none has a bar.
    value = code.replace(",", "|")[:_LONGEST_VALUE]
    return FacetValue(attribute_facet(attribute.code), value, kind, attribute.name, name, position=position)


def _stock(offers: Sequence[Offer]) -> Stock:
    states = {offer.state for offer in offers}
    return next((state for state in (Stock.IN_STOCK, Stock.LOW) if state in states), Stock.OUT)
