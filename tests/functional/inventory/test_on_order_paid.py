"""A paid order takes its stock along."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.inventory import service
from tests.functional.inventory.conftest import Shop
from tests.functional.inventory.shelves import hold, order, pair


def test_it_is_sold_once(shop: Shop, deliver: Callable[..., Any]) -> None:
    tea = shop.sku(5)
    order_id = hold({tea: 2})

    for _ in range(2):
        assert deliver("on_order_paid", order_id, order_id=order_id) == {"batchItemFailures": []}

    assert pair(tea) == (3, 0)


@pytest.mark.parametrize("held", [True, False])
def test_somebody_hears_of_what_was_paid_without_stock(
    shop: Shop, deliver: Callable[..., Any], capsys: pytest.CaptureFixture[str], held: bool
) -> None:
    tea, order_id = shop.sku(5), order()
    if held:
        service.release(hold({tea: 2}, order_id=order_id), "too late")

    assert deliver("on_order_paid", order_id, order_id=order_id) == {"batchItemFailures": []}

    assert "PaidWithoutStock" in capsys.readouterr().out
    assert pair(tea) == (5, 0)
