"""Products in the index, with as little around them as a test needs.

| fixture | gives                                                                                              |
| ------- | -------------------------------------------------------------------------------------------------- |
| `shelf` | `shelf(item("red shoe"), …)`: puts items into the index of this test's database, and counts changes |
"""

from collections.abc import Callable, Mapping
from datetime import datetime

import pytest

from mall.catalog import cards
from mall.money import Money
from mall.search.index import store
from mall.search.index.model import Entry, FacetValue, Term
from mall.search.model import BRAND, CATEGORY, MERCHANT, attribute_facet
from mall.search.popular import service as popular
from tests.fixtures.entries import BEGUN, product_id

Shelf = Callable[..., int]
TITLE = {"zh-CN": "颜色", "en": "Color"}


def item(
    name: str,
    number: int = 0,
    *,
    chinese: str = "",
    description: str = "",
    brand: str = "",
    merchant: str = "mch_one",
    categories: tuple[str, ...] = (),
    color: str = "",
    price: int = 1_000,
    price_to: int | None = None,
    flags: Mapping[str, datetime] | None = None,
    at: datetime = BEGUN,
    in_stock: bool = True,
) -> Entry:
    """The product `name`, with the id of the `number`th; `categories` are those above it, the highest first."""
    names = {"en": name} | ({"zh-CN": chinese} if chinese else {})
    facets = [FacetValue(MERCHANT, merchant, "merchant", {"en": "Shop"}, {"en": merchant})]
    facets += [
        FacetValue(CATEGORY, one, "category", {"en": "Category"}, {"en": one.title()}, above)
        for one, above in zip(categories, (None, *categories), strict=False)
    ]
    if brand:
        facets.append(FacetValue(BRAND, brand, "brand", {"en": "Brand"}, {"en": brand.title()}))
    if color:
        facets.append(FacetValue(attribute_facet("color"), color, "enum", TITLE, {"en": color.title()}))
    prices = Money(price), Money(price_to or price)
    return Entry(
        id=product_id(number),
        texts=(tuple(names.values()), (brand,), (color, *categories), (description,)),
        facets=tuple(facets),
        places=(*categories, merchant, *((brand,) if brand else ())),
        terms=(
            *(Term("category", one.title(), one) for one in categories),
            *((Term("brand", brand.title(), brand),) if brand else ()),
        ),
        price=prices[0].cents,
        price_to=prices[1].cents,
        published_at=at,
        flags=flags or {},
        in_stock=in_stock,
        card=cards.compose(
            product_id(number),
            slug="",
            name=names,
            prices=prices,
            list_price=None,
            picture_id=None,
            merchant=(merchant, {"en": merchant}),
            brand=(brand, {"en": brand.title()}) if brand else None,
            flags=flags or {},
            stock_state="in_stock" if in_stock else "out",
        ),
    )


@pytest.fixture
def shelf(database: list[str]) -> Shelf:
    """Put products into the index."""
    # An execution environment of this test's own: nothing is counted yet.
    popular.forget()

    def put(*entries: Entry) -> int:
        there = {entry.id: entry for entry in entries}
        return store.write(list(there), lambda ids: {id: there[id] for id in ids if id in there})

    return put
