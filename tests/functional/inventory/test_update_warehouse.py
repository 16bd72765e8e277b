"""Renaming warehouses, and serving orders from another one first."""

from collections.abc import Callable

import pytest

from mall.inventory import reserving, service
from tests.fixtures.gateway import Answer
from tests.functional.inventory.conftest import Shop
from tests.functional.inventory.shelves import hold


@pytest.fixture
def change(invoke: Callable[..., Answer], shop: Shop) -> Callable[..., Answer]:
    """Change a warehouse of `shop`."""
    return lambda id, /, **said: invoke(
        "inventory.update_warehouse", caller=shop.clerk, path={"warehouse_id": id}, body=said
    )


def test_the_main_warehouse_may_have_another_name(change: Callable[..., Answer], mine: Callable[..., Answer]) -> None:
    for _ in range(2):
        assert change("main", name="杭州仓").body == {"id": "main", "name": "杭州仓", "priority": 1}

    assert mine("list_warehouses").body["items"][0]["name"] == "杭州仓"


def test_orders_are_served_from_the_warehouse_that_comes_first(
    shop: Shop, change: Callable[..., Answer], mine: Callable[..., Answer]
) -> None:
    tea = shop.sku(5)
    change("main", priority=2)
    north = mine("create_warehouse", name="North", priority=1).body["id"]
    mine("adjust_stock", tea, quantity=5, reason="moved", warehouse_id=north)
    reserving.forget()

    hold({tea: 3})
    hold({tea: 4})
    hold({tea: 3})

    stock = service.stock_of(tea)
    assert stock is not None
    # 3 from the first, 4 that only the other has in one piece, and the rest of both.
    assert {id: (one.available, one.reserved) for id, one in stock.in_warehouses().items()} == {
        "main": (0, 5),
        north: (0, 5),
    }


def test_a_warehouse_that_is_not_there_or_anothers_is_not_found(
    invoke: Callable[..., Answer], change: Callable[..., Answer], mine: Callable[..., Answer]
) -> None:
    id = mine("create_warehouse", name="North").body["id"]
    stranger = Shop().clerk

    answer = invoke("inventory.update_warehouse", caller=stranger, path={"warehouse_id": id}, body={"name": "x"})

    assert answer.code == "NoSuchWarehouse"
    assert change("whs_01KAQ3Z5J8M0T1V2W3X4Y5Z6A7", name="x").code == "NoSuchWarehouse"
