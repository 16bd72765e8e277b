"""From a product of the catalog to its entry in the index."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mall.catalog import cards
from mall.catalog.brands.model import Brand
from mall.catalog.categories.model import Published
from mall.catalog.categories.model import State as CategoryState
from mall.catalog.offers.model import Offer, Stock
from mall.catalog.products.model import Product
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
    said = list(_said(product, category))
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
                *(text for one in said for text in one.name.values()),
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
            *(one.as_facet() for one in said if one.facet),
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


@dataclass(frozen=True, slots=True)
class _Said:
    """A value that a product has of an attribute."""

    attribute: str
    title: Mapping[str, str]
    code: str
    name: Mapping[str, str]
    kind: str
    position: int
    facet: bool

    def as_facet(self) -> FacetValue:
        # Clients separate values by commas, which some have; none has a bar.
        value = self.code.replace(",", "|")[:_LONGEST_VALUE]
        return FacetValue(
            attribute_facet(self.attribute), value, self.kind, self.title, self.name, position=self.position
        )


def _said(product: Product, category: Published | None) -> Iterator[_Said]:
    """What the product's attributes and options say in terms of its category's template."""
    given: dict[str, list[tuple[Any, Mapping[str, str] | None]]] = {
        code: [(value, None) for value in (values if isinstance(values, list | tuple) else (values,))]
        for code, values in product.attributes.items()
    }
    given |= {option.code: [(value.code, value.name) for value in option.values] for option in product.options}
    for attribute in () if category is None else category.attributes:
        known = {value.code: (position, value.name) for position, value in enumerate(attribute.values)}
        for value, name in given.get(attribute.code, ()):
            code, called = _called(value, attribute.unit)
            position, listed = known.get(code, (0, called))
            yield _Said(
                attribute=attribute.code,
                title=attribute.name,
                code=code,
                name=name or listed,
                kind="boolean" if isinstance(value, bool) else "enum",
                position=position,
                facet=attribute.facet,
            )


def _called(value: Any, unit: str) -> tuple[str, Mapping[str, str]]:
    """The code of a value, and what it is called where no template names it."""
    if isinstance(value, bool):
        return str(value).lower(), _ANSWERS[value]
    if isinstance(value, int | float):
        return f"{value:g}", {"en": f"{value:g} {unit}".strip()}
    return str(value), {"en": str(value)}


def _stock(offers: Sequence[Offer]) -> Stock:
    states = {offer.state for offer in offers}
    return next((state for state in (Stock.IN_STOCK, Stock.LOW) if state in states), Stock.OUT)
