"""Showing a product that is on sale."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mall import clock
from mall.catalog.products.platform import service as platform
from mall.money import Money
from mall.seen import forget
from tests.fixtures import calls, goods
from tests.fixtures.calls import Call
from tests.fixtures.gateway import Answer
from tests.functional.catalog.conftest import ABSENT

NOON = datetime(2030, 1, 1, 4, tzinfo=UTC)


def test_everything_of_it_is_told_in_the_readers_language(visitor: Callable[..., Answer]) -> None:
    tea = goods.category()
    green = goods.category((), above=[tea], name={"zh-CN": "绿茶", "en": "Green tea"})
    brand = goods.brand({"zh-CN": "清风", "en": "Breeze"})
    with clock.at(NOON):
        product = goods.on_sale(
            category_id=green.id, brand_id=brand.id, attributes={"origin": "杭州", "net_weight": 250}, tags=("明前",)
        )
        answer = visitor("get_product", product.id, locale="en")

    assert answer.status == 200
    shown = answer.body
    assert shown["name"] == "West Lake Longjing"
    assert shown["description"] == "<p>明前采摘。</p>"  # there is no English one
    assert [crumb["name"] for crumb in shown["category"]] == ["Tea", "Green tea"]
    assert (shown["brand"]["name"], shown["merchant"]["name"]) == ("Breeze", "Breeze")
    assert [(one["name"], one["text"]) for one in shown["attributes"]] == [("Origin", "杭州"), ("Net weight", "250 g")]
    assert shown["options"][0]["values"] == [{"code": "red", "name": "Red"}, {"code": "blue", "name": "Blue"}]
    assert [shown["price"][side]["amount"] for side in ("from", "to")] == [12800, 13800]
    assert [offer["state"] for offer in shown["offer"]["skus"]] == ["in_stock", "low"]
    assert shown["offer"]["delivery"] == {"from": "2030-01-03", "to": "2030-01-06"}
    assert visitor("get_product", product.id).body["name"] == "西湖龙井"


def test_anybody_may_keep_it_for_a_few_seconds_only(visitor: Callable[..., Answer]) -> None:
    assert visitor("get_product", goods.on_sale().id).headers["cache-control"] == "public, max-age=5"


def test_it_takes_one_store_call_once_names_are_known(
    visitor: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    product = goods.on_sale(brand_id=goods.brand().id)
    visitor("get_product", product.id)
    made = []

    def counted(call: Call, client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        made.append(operation)
        return call(client, operation, arguments)

    calls.put_between(monkeypatch, counted)

    assert visitor("get_product", product.id).status == 200
    assert made == ["Query"]


@pytest.mark.parametrize("id", [ABSENT, "nonsense", "ext#mch#1"])
def test_what_is_not_there_is_not_found(visitor: Callable[..., Answer], id: str) -> None:
    answer = visitor("get_product", id)

    assert (answer.status, answer.code) == (404, "NoSuchProduct")


def test_a_draft_and_what_is_off_sale_are_not_found(visitor: Callable[..., Answer]) -> None:
    draft, taken = goods.draft(goods.merchant()), goods.on_sale()
    platform.take_down(taken.id, "fake")

    assert {visitor("get_product", product.id).status for product in (draft, taken)} == {404}


def test_flags_show_while_they_hold(visitor: Callable[..., Answer]) -> None:
    product, now = goods.on_sale(), clock.now()
    platform.flag(product.id, {"hot": now + timedelta(days=1), "new": now + timedelta(days=2)})

    with clock.at(now + timedelta(days=1, hours=1)):
        assert list(visitor("get_product", product.id).body["flags"]) == ["new"]


def test_what_a_category_no_longer_asks_for_is_not_shown(visitor: Callable[..., Answer]) -> None:
    category = goods.category()
    product = goods.on_sale(category_id=category.id, attributes={"origin": "杭州", "net_weight": 250})
    goods.publish(goods.replace(category, attributes=(goods.ORIGIN,)), revision=2)
    forget()

    assert [one["code"] for one in visitor("get_product", product.id).body["attributes"]] == ["origin"]


def test_a_language_that_the_mall_does_not_speak_is_refused(visitor: Callable[..., Answer]) -> None:
    assert visitor("get_product", goods.on_sale().id, locale="fr").code == "Invalid"


def test_money_of_other_currencies_is_told_as_such(visitor: Callable[..., Answer]) -> None:
    sku = goods.Sku(Money(1999, "USD"), options={"colour": "red"}, stock=1)
    product = goods.on_sale(skus=(sku,))

    assert visitor("get_product", product.id).body["price"]["from"] == {"amount": 1999, "currency": "USD"}
