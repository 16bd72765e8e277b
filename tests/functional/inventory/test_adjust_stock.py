"""Adjusting stock."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from mall.inventory import counting, spreading
from mall.inventory.model import Kind
from tests.fixtures.gateway import Answer
from tests.functional.inventory.conftest import Shop
from tests.functional.inventory.shelves import hold, moved, pair


def test_so_many_more_or_fewer_are_there(shop: Shop, mine: Callable[..., Answer]) -> None:
    tea = shop.sku(10)

    assert mine("adjust_stock", tea, quantity=5, reason="found").body["available"] == 15
    assert mine("adjust_stock", tea, quantity=-12, reason="broken").body["available"] == 3
    assert pair(tea) == (3, 0) == (moved(tea).available, moved(tea).reserved)


def test_the_same_request_adjusts_once(shop: Shop, mine: Callable[..., Answer]) -> None:
    tea = shop.sku(10)

    first, again = (mine("adjust_stock", tea, key="k1", quantity=-1, reason="broken") for _ in "12")

    assert first.body == again.body
    assert pair(tea) == (9, 0)


def test_what_orders_hold_cannot_be_taken_away(shop: Shop, mine: Callable[..., Answer]) -> None:
    tea = shop.sku(10)
    hold({tea: 8})

    answer = mine("adjust_stock", tea, quantity=-3, reason="broken")

    assert (answer.code, answer.body["Details"]["available"]) == ("NotEnoughStock", 2)
    assert pair(tea) == (2, 8)


def test_a_divided_sku_is_adjusted_as_a_whole(shop: Shop, mine: Callable[..., Answer]) -> None:
    tea = shop.sku(20)
    spreading.divide(tea)

    mine("adjust_stock", tea, quantity=-19, reason="broken")
    mine("adjust_stock", tea, quantity=40, reason="found")

    assert pair(tea) == (41, 0) == (moved(tea).available, moved(tea).reserved)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"quantity": 1}, "Invalid"),
        ({"quantity": 1, "reason": ""}, "Invalid"),
        ({"quantity": 1, "reason": "x", "warehouse_id": "elsewhere"}, "Invalid"),
        ({"quantity": 1, "reason": "x", "warehouse_id": "whs_01KAQ3Z5J8M0T1V2W3X4Y5Z6A7"}, "NoSuchWarehouse"),
        ({"quantity": 10**10, "reason": "x"}, "Invalid"),
    ],
)
def test_what_is_no_adjustment_is_refused(
    shop: Shop, mine: Callable[..., Answer], said: dict[str, Any], code: str
) -> None:
    tea = shop.sku()

    assert mine("adjust_stock", tea, **said).code == code
    assert pair(tea) == (10, 0)


def test_what_is_anothers_is_not_found_and_stays(mine: Callable[..., Answer]) -> None:
    tea = Shop().sku(10)

    assert mine("adjust_stock", tea, quantity=-1, reason="broken").code == "NoSuchStock"
    assert pair(tea) == (10, 0)


def test_of_two_adjustments_at_once_both_count(shop: Shop, at_once: Callable[..., list[Any]]) -> None:
    tea = shop.sku(10)
    act = partial(counting.change, shop.id, tea, Kind.ADJUSTMENT, by="usr_1", reason="x")

    at_once(*(partial(act, counting.adjusted("main", by)) for by in (5, -3)))

    assert pair(tea) == (12, 0) == (moved(tea).available, moved(tea).reserved)
