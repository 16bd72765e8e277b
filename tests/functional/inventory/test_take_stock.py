"""Taking over what was counted."""

from collections.abc import Callable
from functools import partial
from typing import Any

from mall.inventory import counting
from mall.inventory.model import Kind
from tests.fixtures.gateway import Answer
from tests.functional.inventory.conftest import Shop
from tests.functional.inventory.shelves import hold, moved, pair


def test_what_was_counted_is_on_hand_whatever_is_held(shop: Shop, mine: Callable[..., Answer]) -> None:
    tea, pot = shop.sku(10), shop.sku(2)
    hold({tea: 3})
    counts = [{"sku_id": tea, "on_hand": 8}, {"sku_id": pot, "on_hand": 5}]

    for _ in range(2):
        answer = mine("take_stock", counts=counts)
        assert [(one["on_hand"], one["available"]) for one in answer.body["items"]] == [(8, 5), (5, 5)]

    assert (pair(tea), pair(pot)) == ((5, 3), (5, 0))
    assert [one["kind"] for one in mine("list_movements", tea).body["items"]].count("stock_take") == 1


def test_a_count_that_cannot_be_keeps_no_other_from_being_taken_over(shop: Shop, mine: Callable[..., Answer]) -> None:
    tea, pot, foreign = shop.sku(10), shop.sku(2), Shop().sku(4)
    hold({tea: 3})
    counts = [{"sku_id": id, "on_hand": 1} for id in (tea, foreign, pot)]

    body = mine("take_stock", counts=counts).body

    assert [one["sku_id"] for one in body["items"]] == [pot]
    assert [(one["sku_id"], one["code"], one["reserved"]) for one in body["refused"]] == [
        (tea, "BelowReserved", 3),
        (foreign, "NoSuchStock", None),
    ]
    assert (pair(tea), pair(foreign)) == ((7, 3), (4, 0))


def test_each_warehouse_is_counted_by_itself(shop: Shop, mine: Callable[..., Answer]) -> None:
    tea = shop.sku(10)
    north = mine("create_warehouse", name="North").body["id"]

    body = mine("take_stock", warehouse_id=north, counts=[{"sku_id": tea, "on_hand": 7}]).body

    assert {one["warehouse_id"]: one["on_hand"] for one in body["items"][0]["warehouses"]} == {"main": 10, north: 7}
    assert pair(tea) == (17, 0)


def test_a_warehouse_has_to_be_there(shop: Shop, mine: Callable[..., Answer]) -> None:
    counts = [{"sku_id": shop.sku(), "on_hand": 1}]

    answer = mine("take_stock", warehouse_id="whs_01KAQ3Z5J8M0T1V2W3X4Y5Z6A7", counts=counts)

    assert answer.code == "NoSuchWarehouse"
    assert mine("take_stock", counts=[]).code == "Invalid"


def test_of_two_counts_at_once_one_holds_and_nothing_is_counted_twice(
    shop: Shop, at_once: Callable[..., list[Any]]
) -> None:
    tea = shop.sku(5)
    act = partial(counting.change, shop.id, tea, Kind.STOCK_TAKE, by="usr_1", reason="x")

    at_once(*(partial(act, counting.counted("main", 10)) for _ in "12"))

    assert pair(tea) == (10, 0) == (moved(tea).available, moved(tea).reserved)
