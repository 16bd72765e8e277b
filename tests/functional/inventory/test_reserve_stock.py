"""The task of an order that holds its stock."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mall import clock, ids
from mall.inventory import service
from mall.inventory.model import SoldOut
from tests.fixtures.crowds import Crowd
from tests.functional.inventory.conftest import Shop
from tests.functional.inventory.shelves import buyer, hold, order, pair


def trade(**quantities: int) -> dict[str, Any]:
    """A trade of one order that wants these."""
    order_id = order()
    return {
        "trade_id": ids.new("trd", slot=3),
        "user_id": buyer(),
        "until": (clock.now() + timedelta(minutes=30)).isoformat(),
        "lines": [
            {"order_id": order_id, "sku_id": sku_id, "quantity": quantity} for sku_id, quantity in quantities.items()
        ],
    }


def test_it_holds_the_stock_once(shop: Shop, run: Callable[..., Any]) -> None:
    tea, pot = shop.sku(5), shop.sku(5)
    given = trade(**{tea: 2, pot: 1})

    for _ in range(2):
        assert run("inventory.reserve_stock", given) == {"reserved": 2}

    assert (pair(tea), pair(pot)) == ((3, 2), (4, 1))


def test_what_is_sold_out_is_told_by_that_name(shop: Shop, run: Callable[..., Any]) -> None:
    tea = shop.sku(1)

    with pytest.raises(SoldOut):
        run("inventory.reserve_stock", trade(**{tea: 2}))

    assert pair(tea) == (1, 0)


def test_the_ordinary_purchase_is_one_call_and_what_is_there_one_more(shop: Shop, crowd: Crowd) -> None:
    tea = shop.sku(5)
    crowd.calls.clear()

    order_id = hold({tea: 1})
    assert crowd.calls == {"TransactWriteItems": 1}
    service.commit(order_id)
    assert crowd.calls == {"TransactWriteItems": 2, "Query": 1}
    other = shop.sku(1)
    crowd.calls.clear()
    assert service.available([tea, other]) == {tea: 4, other: 1}
    assert crowd.calls == {"BatchGetItem": 1}


def test_what_is_no_sku_is_not_read(shop: Shop) -> None:
    tea = shop.sku(5)

    assert service.available([tea, f"{tea}#1", "#", ""]) == {tea: 5, f"{tea}#1": 0, "#": 0, "": 0}
    assert service.keys_of([f"{tea}#1", "", tea]) == [{"id": {"S": tea}}]
