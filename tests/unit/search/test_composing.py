"""What an entry of the index is made of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mall.catalog.brands.model import Brand
from mall.catalog.categories.model import Published, State
from mall.catalog.categories.template import Attribute, Kind, Value
from mall.catalog.offers.model import Offer
from mall.catalog.products.content import Option, Sku
from mall.catalog.products.model import Product
from mall.catalog.products.model import State as ProductState
from mall.merchants.model import Kind as MerchantKind
from mall.merchants.model import Merchant
from mall.money import Money
from mall.search.index.composing import entry
from mall.search.index.model import Entry

NOW = datetime(2030, 1, 1, tzinfo=UTC)
COLORS = (Value("red", {"zh-CN": "红色", "en": "Red"}), Value("navy,dark", {"en": "Navy, dark"}))
ATTRIBUTES = (
    Attribute("color", {"zh-CN": "颜色", "en": "Color"}, Kind.ENUM, values=COLORS, facet=True, sku=True),
    Attribute("material", {"en": "Material"}, Kind.ENUMS, values=(Value("wool", {"en": "Wool"}),), facet=True),
    Attribute("weight", {"en": "Weight"}, Kind.NUMBER, unit="kg", facet=True),
    Attribute("washable", {"en": "Washable"}, Kind.BOOLEAN, facet=True),
    Attribute("origin", {"en": "Origin"}, Kind.TEXT),
)
CATEGORY = Published(
    id="cat_b",
    parent_id="cat_a",
    path=("cat_a", "cat_b"),
    slug="coats",
    name={"zh-CN": "外套", "en": "Coats"},
    description={},
    state=State.ACTIVE,
    merged_into=None,
    attributes=ATTRIBUTES,
    names={"cat_a": {"en": "Clothes"}, "cat_b": {"zh-CN": "外套", "en": "Coats"}},
    revision=1,
)
BRAND = Brand("brd_a", "acme", {"en": "Acme"})
MERCHANT = Merchant("mch_a", MerchantKind.COMPANY, {"zh-CN": "小店"}, "shop", NOW)
PRODUCT = Product(
    id="prd_a",
    merchant_id="mch_a",
    version=3,
    state=ProductState.ON_SALE,
    created_at=NOW,
    updated_at=NOW,
    published_at=NOW - timedelta(days=1),
    category_id="cat_b",
    brand_id="brd_a",
    slug="warm-coat",
    name={"zh-CN": "保暖大衣", "en": "Warm coat"},
    summary={"en": "For winter"},
    description={"en": "<p>Soft &amp; <b>light</b></p>"},
    attributes={"material": ["wool"], "weight": 1.5, "washable": True, "origin": "Norway", "unknown": "x"},
    options=(Option("color", {"en": "Color"}, COLORS),),
    skus=(
        Sku(Money(9_900), "sku_1", options={"color": "red"}, list_price=Money(12_000)),
        Sku(Money(15_000), "sku_2", options={"color": "navy,dark"}),
    ),
    pictures=("pic_a", "pic_b"),
    tags=("cosy",),
    flags={"hot": NOW + timedelta(days=1), "new": NOW},
)


def made(product: Product = PRODUCT, *, stock: tuple[int, ...] = (3, 50), **changes: Any) -> Entry:
    offers = [Offer(f"sku_{number}", Money(1), None, left, NOW) for number, left in enumerate(stock, 1)]
    given: dict[str, Any] = {"offers": offers, "category": CATEGORY, "brand": BRAND, "merchant": MERCHANT, "now": NOW}
    return entry(product, **given | changes)


def facets(found: Entry) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for value in found.facets:
        told.setdefault(value.code, []).append(value.value)
    return told


def test_texts_count_by_where_they_stand() -> None:
    name, brand, attributes, description = made().texts

    assert (name, brand) == (("保暖大衣", "Warm coat"), ("Acme",))
    assert set(attributes) >= {"Clothes", "外套", "红色", "Red", "Wool", "1.5 kg", "Norway", "cosy", "小店"}
    assert "For winter" in description
    assert "Soft & light" in " ".join(" ".join(description).split())


def test_facets_are_those_of_the_template_and_the_malls_own() -> None:
    assert facets(made()) == {
        "category": ["cat_a", "cat_b"],
        "brand": ["brd_a"],
        "merchant": ["mch_a"],
        "attr.material": ["wool"],
        "attr.weight": ["1.5"],
        "attr.washable": ["true"],
        "attr.color": ["red", "navy|dark"],
    }
    parents = {value.value: value.parent for value in made().facets if value.code == "category"}
    assert parents == {"cat_a": None, "cat_b": "cat_a"}


def test_values_stand_in_the_order_of_the_template() -> None:
    positions = {value.value: value.position for value in made().facets if value.code == "attr.color"}

    assert positions == {"red": 0, "navy|dark": 1}


def test_a_product_is_listed_in_its_categories_its_brand_and_its_merchant() -> None:
    assert made().places == ("cat_a", "cat_b", "brd_a", "mch_a")
    assert made(category=replace(CATEGORY, state=State.HIDDEN), brand=None).places == ("mch_a",)
    assert made(category=None, brand=None).places == ("mch_a",)


def test_a_card_tells_the_range_of_prices_and_the_list_price_of_the_cheapest() -> None:
    found = made()

    assert (found.price, found.price_to) == (9_900, 15_000)
    assert found.card["price"]["from"] == {"amount": 9_900, "currency": "CNY"}
    assert found.card["list_price"] == {"amount": 12_000, "currency": "CNY"}
    assert found.card["picture_id"] == "pic_a"


def test_only_flags_that_hold_count() -> None:
    assert set(made().flags) == set(made().card["flags"]) == {"hot"}


def test_the_best_stocked_variant_says_whether_there_is_any() -> None:
    states = {stock: made(stock=stock).card["stock_state"] for stock in ((0, 50), (0, 2), (0, 0), ())}

    assert states == {(0, 50): "in_stock", (0, 2): "low", (0, 0): "out", (): "out"}
    assert [made(stock=stock).in_stock for stock in ((0, 1), (0, 0))] == [True, False]


def test_an_entry_is_the_same_until_something_of_it_changes() -> None:
    others = [
        made(replace(PRODUCT, name={"en": "Cold coat"})),
        made(replace(PRODUCT, attributes={"weight": 2})),
        made(stock=(0, 0)),
        made(brand=replace(BRAND, name={"en": "Other"})),
        made(category=replace(CATEGORY, path=("cat_b",))),
        made(replace(PRODUCT, flags={})),
    ]

    assert made().digest() == made(replace(PRODUCT, version=4, updated_at=NOW + timedelta(days=1))).digest()
    assert len({made().digest(), *(other.digest() for other in others)}) == 7
