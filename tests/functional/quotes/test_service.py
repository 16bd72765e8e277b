"""Gathering what a quote counts on from the catalog, the merchants and the stock."""

from dataclasses import replace
from typing import Any

import pytest

from mall import ids
from mall.catalog.offers import service as offers
from mall.catalog.offers.model import Change
from mall.catalog.products import service as products
from mall.catalog.products.content import Sku, Tier
from mall.inventory import service as inventory
from mall.merchants import service as merchants
from mall.money import Money
from mall.quotes import service
from mall.quotes.model import Kind, Wish
from mall.seen import forget
from tests.fixtures import baskets, goods
from tests.fixtures.baskets import wish

pytestmark = pytest.mark.usefixtures("aws")


def problems(*wishes: Wish) -> list[tuple[Any, ...]]:
    """What is wrong with the wishes."""
    return [(one.sku_id, one.kind, one.before, one.now) for one in service.of("", wishes).problems]


def test_a_wish_comes_with_everything_that_a_quote_and_its_reader_need() -> None:
    owner = goods.merchant(name={"zh-CN": "清风", "en": "Breeze"})
    product = baskets.on_sale(owner)

    (item,), wrong = service.gather([wish(product, 1, 2)])

    assert wrong == []
    assert (item.sku_id, item.product_id, item.quantity) == (product.skus[1].id, product.id, 2)
    assert (item.merchant_id, item.merchant_name["en"]) == (owner.id, "Breeze")
    assert (item.unit_price, item.list_price, item.available) == (Money(13800), Money(16800), 3)
    assert (item.category_id, item.version, item.on_sale, item.merchant_active) == (product.category_id, 1, True, True)
    assert item.name == {"zh-CN": "西湖龙井", "en": "West Lake Longjing"}
    assert [(one.name["en"], one.value["en"]) for one in item.options] == [("Colour", "Blue")]


def test_the_same_sku_wished_twice_is_wished_once_for_the_sum() -> None:
    product = baskets.on_sale()

    made = service.of("", [wish(product, 0, 2), wish(product, 1), wish(product, 0, 3)])

    assert {line.item.sku_id: line.item.quantity for line in made.quote.lines} == {
        product.skus[0].id: 5,
        product.skus[1].id: 1,
    }
    assert made.quote.total == Money(5 * 12800 + 13800)


def test_prices_are_those_of_the_offer_now_and_of_the_tier_that_is_reached() -> None:
    skus = (Sku(Money(1000), options={"colour": "red"}, stock=100, tiers=(Tier(10, Money(900)),)),)
    owner = goods.merchant()
    product = baskets.on_sale(owner, skus=skus)

    ten = service.of("usr_1", [wish(product, 0, 10)]).quote
    offers.set(owner.id, product.id, [Change(product.skus[0].id, price=Money(850))])
    cheaper = service.of("usr_1", [wish(product, 0, 10)]).quote

    assert (ten.total, cheaper.total) == (Money(9000), Money(8500))


def test_what_the_mall_does_not_know_is_gone() -> None:
    product, other = baskets.on_sale(), baskets.on_sale()
    strange = Wish(ids.new("sku"), product.id, 1)
    elsewhere = Wish(product.skus[0].id, other.id, 1)
    nowhere = Wish(ids.new("sku"), ids.new("prd"), 1)

    made = service.of("", [strange, elsewhere, nowhere])

    assert [(one.sku_id, one.kind) for one in made.problems] == [
        (strange.sku_id, Kind.GONE),
        (elsewhere.sku_id, Kind.GONE),
        (nowhere.sku_id, Kind.GONE),
    ]
    assert made.quote.lines == ()


def test_what_was_never_approved_is_gone() -> None:
    draft = goods.draft(goods.merchant())

    assert problems(wish(draft)) == [(draft.skus[0].id, Kind.GONE, None, None)]


def test_what_is_off_sale_is_not_quoted() -> None:
    owner = goods.merchant()
    product, other = baskets.on_sale(owner), baskets.on_sale(owner)
    products.take_off_sale(owner.id, product.id)

    made = service.of("", [wish(product), wish(other)])

    assert [(one.sku_id, one.kind) for one in made.problems] == [(product.skus[0].id, Kind.OFF_SALE)]
    assert [line.item.product_id for line in made.quote.lines] == [other.id]


def test_what_a_suspended_merchant_sells_is_not_quoted() -> None:
    owner = goods.merchant()
    product = baskets.on_sale(owner)
    merchants.suspend(owner.id, "The licence has expired.")
    forget()

    made = service.of("", [wish(product)])

    assert [(one.sku_id, one.kind) for one in made.problems] == [(product.skus[0].id, Kind.MERCHANT)]
    assert made.quote.lines == ()


@pytest.mark.parametrize(("available", "quoted"), [(3, 4), (1, 4), (0, 0)])
def test_more_than_there_is_is_a_problem_and_quoted_while_there_is_any(available: int, quoted: int) -> None:
    product = baskets.on_sale()
    baskets.stock(product, 0, available)

    made = service.of("", [wish(product, 0, 4)])

    assert [(one.kind, one.before, one.now) for one in made.problems] == [(Kind.STOCK, 4, available)]
    assert sum(line.item.quantity for line in made.quote.lines) == quoted


def test_more_than_a_line_holds_is_a_problem() -> None:
    product = baskets.on_sale(skus=(replace(goods.content("cat_1").skus[0], stock=5000),))

    assert problems(wish(product, 0, 1000)) == [(product.skus[0].id, Kind.LIMIT, 1000, 999)]
    assert problems(wish(product, 0, 999)) == []


def test_a_sku_that_a_new_version_left_out_is_gone() -> None:
    owner = goods.merchant(goods.MerchantKind.SELF)
    product = baskets.on_sale(owner)
    content = replace(product.content, skus=product.skus[:1])
    products.write(owner.id, content, by="usr_1", submit=True, product_id=product.id)

    assert problems(wish(product, 0), wish(product, 1)) == [(product.skus[1].id, Kind.GONE, None, None)]


def test_how_many_there_are_is_what_the_stock_says_and_not_what_the_catalog_shows() -> None:
    product = baskets.on_sale()
    sku_id = product.skus[0].id
    inventory.set_available(product.merchant_id, product.id, {sku_id: 4}, by="usr_test", reason="counted")

    assert problems(wish(product, 0, 5)) == [(sku_id, Kind.STOCK, 5, 4)]
    assert service.look([wish(product, 0, 5)], exact=False)[sku_id].available == 10


def test_nothing_that_is_wished_costs_nothing() -> None:
    made = service.of("", [])

    assert (made.quote.total, made.problems) == (Money(0), ())
