"""A merchant's warehouses."""

from collections.abc import Callable

from tests.fixtures.gateway import Answer
from tests.functional.inventory.conftest import Shop


def test_a_merchant_has_a_warehouse_without_having_opened_one(mine: Callable[..., Answer]) -> None:
    answer = mine("list_warehouses")

    assert [(one["id"], one["priority"]) for one in answer.body["items"]] == [("main", 1)]


def test_they_come_in_the_order_in_which_orders_are_served(mine: Callable[..., Answer]) -> None:
    last = mine("create_warehouse", name="North").body["id"]
    first = mine("create_warehouse", name="South", priority=1).body["id"]

    assert [one["id"] for one in mine("list_warehouses").body["items"]] == ["main", first, last]


def test_another_merchants_warehouses_are_its_own(mine: Callable[..., Answer], invoke: Callable[..., Answer]) -> None:
    mine("create_warehouse", name="North")

    answer = invoke("inventory.list_warehouses", caller=Shop().clerk)

    assert len(answer.body["items"]) == 1
