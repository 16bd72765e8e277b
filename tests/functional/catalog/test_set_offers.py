"""Changing prices and stock."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from mall import clock, ids
from mall.catalog.offers import service
from mall.catalog.offers.model import Change
from mall.inventory import service as inventory
from mall.inventory.model import Wanted
from mall.merchants.model import Merchant
from mall.money import Money
from tests.fixtures import goods
from tests.fixtures.gateway import Answer


def test_they_count_at_once_and_without_a_review(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.on_sale(merchant)
    red, blue = product.skus
    offers = [
        {"sku_id": red.id, "price": {"amount": 11800}, "list_price": {"amount": 12800}},
        {"sku_id": blue.id, "available": 0},
    ]

    answer = mine("set_offers", product.id, offers=offers)

    assert answer.status == 200
    told = [(one["price"]["amount"], one["available"], one["state"]) for one in answer.body["offers"]]
    assert told == [(11800, 10, "in_stock"), (13800, 0, "out")]
    assert goods.news("catalog.OfferChanged") == [
        {
            "product_id": product.id,
            "merchant_id": merchant.id,
            "sku_ids": sorted([red.id, blue.id]),
            "what": ["price", "stock"],
        }
    ]
    assert mine("get_own_product", product.id).body["draft"] is None


def test_a_repetition_changes_nothing_and_tells_nobody(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.on_sale(merchant)
    offers = [{"sku_id": product.skus[0].id, "available": 4}]

    first, again = (mine("set_offers", product.id, offers=offers) for _ in "12")

    assert first.body == again.body
    assert len(goods.news("catalog.OfferChanged")) == 1


def test_a_price_without_a_list_price_takes_the_list_price_away(
    mine: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.on_sale(merchant)

    answer = mine("set_offers", product.id, offers=[{"sku_id": product.skus[1].id, "price": {"amount": 13800}}])

    assert answer.body["offers"][1]["list_price"] is None


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"price": {"amount": 500}, "list_price": {"amount": 400}}, "BadPrice", "offers.0.list_price"),
        ({"price": {"amount": 500, "currency": "USD"}}, "BadPrice", "offers.0.price"),
        ({"price": {"amount": 0}}, "Invalid", None),
        ({"available": -1}, "Invalid", None),
    ],
)
def test_what_nothing_can_cost_is_refused(
    mine: Callable[..., Answer], merchant: Merchant, change: dict[str, Any], code: str, field: str | None
) -> None:
    product = goods.on_sale(merchant)

    answer = mine("set_offers", product.id, offers=[{"sku_id": product.skus[0].id} | change])

    assert (answer.status, answer.code, answer.body["Details"].get("field")) == (400, code, field)


def test_one_bad_change_keeps_the_good_ones_from_happening(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.on_sale(merchant)
    offers = [{"sku_id": product.skus[0].id, "available": 1}, {"sku_id": ids.new("sku"), "available": 1}]

    answer = mine("set_offers", product.id, offers=offers)

    assert (answer.status, answer.code, answer.body["Details"]["field"]) == (404, "NoSuchOffer", "offers.1.sku_id")
    assert [one.available for one in service.of_products([product.id])[product.id]] == [10, 3]


def test_another_merchants_prices_stay(mine: Callable[..., Answer]) -> None:
    product = goods.on_sale()

    answer = mine("set_offers", product.id, offers=[{"sku_id": product.skus[0].id, "price": {"amount": 1}}])

    assert (answer.status, answer.code) == (404, "NoSuchOffer")
    assert service.of_products([product.id])[product.id][0].price == Money(12800)


def test_a_draft_offers_nothing_yet(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.draft(merchant)

    assert mine("set_offers", product.id, offers=[{"sku_id": product.skus[0].id, "available": 1}]).code == "NoSuchOffer"


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_of_changes_at_once_none_is_lost(
    merchant: Merchant, at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    product = goods.on_sale(merchant)
    red, blue = product.skus

    at_once(
        partial(service.set, merchant.id, product.id, [Change(red.id, price=Money(100))]),
        partial(service.set, merchant.id, product.id, [Change(red.id, available=7)]),
        partial(service.set, merchant.id, product.id, [Change(blue.id, available=8)]),
        seed=seed,
    )

    offers = {one.sku_id: one for one in service.of_products([product.id])[product.id]}
    assert (offers[red.id].price, offers[red.id].available, offers[blue.id].available) == (Money(100), 7, 8)


def test_the_stock_is_what_the_merchant_says_even_where_people_saw_as_many_before(
    mine: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.on_sale(merchant)
    sku_id = product.skus[0].id
    inventory.reserve("trd_1", "usr_1", [Wanted("ord_1", sku_id, 3)], until=clock.now())

    mine("set_offers", product.id, offers=[{"sku_id": sku_id, "available": 10}])

    assert inventory.available([sku_id]) == {sku_id: 10}


def test_a_price_alone_leaves_the_stock_as_it_is(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.on_sale(merchant)
    sku_id = product.skus[0].id
    inventory.reserve("trd_1", "usr_1", [Wanted("ord_1", sku_id, 3)], until=clock.now())

    mine("set_offers", product.id, offers=[{"sku_id": sku_id, "price": {"amount": 1}}])

    assert inventory.available([sku_id]) == {sku_id: 7}
