"""The live side of a product's page."""

from collections.abc import Callable

from mall.catalog.offers import service
from mall.catalog.offers.model import Change
from mall.money import Money
from tests.fixtures import goods
from tests.fixtures.gateway import Answer
from tests.functional.catalog.conftest import ABSENT


def test_it_tells_prices_stock_and_delivery(visitor: Callable[..., Answer]) -> None:
    product = goods.on_sale()
    red, blue = product.skus

    answer = visitor("get_offer", product.id)

    assert answer.status == 200
    assert answer.body["product_id"] == product.id
    assert answer.body["skus"] == [
        {"sku_id": red.id, "price": {"amount": 12800, "currency": "CNY"}, "list_price": None, "state": "in_stock"},
        {
            "sku_id": blue.id,
            "price": {"amount": 13800, "currency": "CNY"},
            "list_price": {"amount": 16800, "currency": "CNY"},
            "state": "low",
        },
    ]
    assert answer.body["delivery"]["from"] < answer.body["delivery"]["to"]


def test_a_change_is_seen_at_once_and_kept_by_nobody_for_longer_than_five_seconds(
    visitor: Callable[..., Answer],
) -> None:
    product = goods.on_sale()
    service.set(product.merchant_id, product.id, [Change(product.skus[0].id, price=Money(100))])

    answer = visitor("get_offer", product.id)

    assert answer.body["skus"][0]["price"]["amount"] == 100
    assert int(answer.headers["cache-control"].rpartition("=")[2]) <= 5


def test_nothing_is_delivered_that_cannot_be_had(visitor: Callable[..., Answer]) -> None:
    product = goods.on_sale()
    service.set(product.merchant_id, product.id, [Change(sku.id, available=0) for sku in product.skus])

    answer = visitor("get_offer", product.id)

    assert {offer["state"] for offer in answer.body["skus"]} == {"out"}
    assert answer.body["delivery"] is None


def test_how_many_there_are_is_nobodys_business(visitor: Callable[..., Answer]) -> None:
    assert "available" not in visitor("get_offer", goods.on_sale().id).body["skus"][0]


def test_what_is_not_on_sale_is_not_found(visitor: Callable[..., Answer]) -> None:
    draft = goods.draft(goods.merchant())

    assert [visitor("get_offer", id).code for id in (ABSENT, draft.id)] == ["NoSuchProduct"] * 2
