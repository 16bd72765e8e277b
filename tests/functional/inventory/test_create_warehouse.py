"""Opening a warehouse."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from mall.inventory.keeping import service
from mall.inventory.keeping.schemas import NewWarehouse
from tests.fixtures.gateway import Answer
from tests.functional.inventory.conftest import Shop


def test_a_new_warehouse_comes_last(mine: Callable[..., Answer]) -> None:
    answer = mine("create_warehouse", name="广州仓")

    assert answer.status == 201
    assert (answer.body["name"], answer.body["priority"]) == ("广州仓", 2)


def test_the_same_request_opens_one(mine: Callable[..., Answer]) -> None:
    first, again = (mine("create_warehouse", key="k1", name="North") for _ in "12")

    assert first.body == again.body
    assert len(mine("list_warehouses").body["items"]) == 2


def test_nobody_has_more_than_twenty(mine: Callable[..., Answer]) -> None:
    for number in range(19):
        mine("create_warehouse", name=f"No. {number}")

    assert mine("create_warehouse", name="One more").code == "TooManyWarehouses"


@pytest.mark.parametrize("said", [{"name": ""}, {"name": "x", "priority": 0}, {"name": "x", "colour": "red"}])
def test_what_is_no_warehouse_is_refused(mine: Callable[..., Answer], said: dict[str, Any]) -> None:
    assert mine("create_warehouse", **said).code == "Invalid"


def test_of_two_that_are_opened_at_once_none_is_lost(
    shop: Shop, mine: Callable[..., Answer], at_once: Callable[..., list[Any]]
) -> None:
    at_once(*(partial(service.create_warehouse, shop.id, NewWarehouse(name=name)) for name in ("North", "South")))

    assert {one["name"] for one in mine("list_warehouses").body["items"]} >= {"North", "South"}
