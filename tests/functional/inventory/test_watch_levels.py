"""What others hear of stock: that a level was crossed, that a merchant spoke, and who waited."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.inventory import service, spreading
from tests.fixtures import goods, people
from tests.fixtures.gateway import Answer
from tests.functional.inventory.conftest import Shop, stream
from tests.functional.inventory.shelves import PRODUCT, hold

Watch = Callable[[], Any]


def levels() -> list[tuple[str, int]]:
    return [(told["level"], told["available"]) for told in goods.news("inventory.StockLevelChanged")]


def test_who_buys_within_a_level_is_no_news(shop: Shop, watch: Watch) -> None:
    tea = shop.sku(20)
    watch()

    service.commit(hold({tea: 3}))

    assert watch() == {"batchItemFailures": []}
    assert levels() == [("in_stock", 20)]


def test_a_level_that_is_crossed_is_told_once_and_an_alarm_when_it_falls(shop: Shop, watch: Watch) -> None:
    tea = shop.sku(6)
    watch()

    first, second = hold({tea: 2}), hold({tea: 4})
    watch()
    service.release(second, "test")
    watch()
    service.release(first, "test")
    watch()

    assert levels() == [("in_stock", 6), ("out", 0), ("low", 4), ("in_stock", 6)]
    assert goods.news("inventory.StockLow") == [
        {"sku_id": tea, "product_id": PRODUCT, "merchant_id": shop.id, "available": 0, "threshold": 5}
    ]


def test_what_the_merchant_says_is_told_even_within_a_level(shop: Shop, watch: Watch) -> None:
    tea = shop.sku(20)
    watch()

    service.set_available(shop.id, PRODUCT, {tea: 30}, by="usr_1", reason="count")
    watch()

    assert levels() == [("in_stock", 20), ("in_stock", 30)]


def test_a_batch_that_comes_again_tells_nothing_twice(shop: Shop, run: Callable[..., Any]) -> None:
    tea = shop.sku(6)
    hold({tea: 6})
    batch = {"Records": stream()}

    for _ in range(2):
        assert run("inventory.watch_levels", batch) == {"batchItemFailures": []}

    assert levels() == [("out", 0)]


def test_everybody_who_waited_is_named_once(shop: Shop, watch: Watch, shopper: Callable[..., Answer]) -> None:
    tea = shop.sku(1)
    order_id = hold({tea: 1})
    watch()
    waiting = [people.customer() for _ in range(120)]
    for one in waiting:
        assert shopper("add_restock_notice", tea, by=one).status == 200

    service.release(order_id, "test")
    watch()
    service.release(hold({tea: 1}), "test")
    watch()

    told = goods.news("inventory.Restocked")
    named = [user_id for news in told for user_id in news["user_ids"]]
    assert sorted(named) == sorted(one.user_id for one in waiting)
    assert {news["sku_id"] for news in told} == {tea}
    assert shopper("list_restock_notices", by=waiting[0]).body["items"] == []


def test_the_level_of_a_divided_sku_is_that_of_all_its_buckets(shop: Shop, watch: Watch) -> None:
    tea = shop.sku(20)
    spreading.divide(tea)
    watch()

    order_id = hold({tea: 16})
    watch()
    service.release(order_id, "test")
    assert spreading.merge(tea)
    watch()

    assert levels() == [("in_stock", 20), ("low", 4), ("in_stock", 20)]


def test_a_threshold_that_makes_what_there_is_low_is_a_crossing(
    shop: Shop, watch: Watch, mine: Callable[..., Answer]
) -> None:
    tea = shop.sku(20)
    watch()

    mine("set_threshold", tea, low=50)
    watch()

    assert levels() == [("in_stock", 20), ("low", 20)]
    assert goods.news("inventory.StockLow")[0]["threshold"] == 50


def test_of_two_who_watch_at_once_one_tells(shop: Shop, at_once: Callable[..., list[Any]]) -> None:
    from mall.inventory.levels import service as watching

    tea = shop.sku(1)

    left = at_once(*(lambda: watching.tell([tea]) for _ in "12"))

    assert left == [set(), set()]
    assert levels() == [("low", 1)]


@pytest.mark.parametrize("record", [{}, {"NewImage": {"id": {"S": "sku_1"}, "v": {"N": "1"}}}])
def test_what_is_there_no_more_is_nobodys_news(run: Callable[..., Any], record: dict[str, Any]) -> None:
    old = {"OldImage": {"id": {"S": "sku_1"}, "v": {"N": "1"}, "a_main": {"N": "3"}}}
    batch = {"Records": [{"dynamodb": {"SequenceNumber": "1", **old, **record}}]}

    assert run("inventory.watch_levels", batch) == {"batchItemFailures": []}
    assert levels() == []
