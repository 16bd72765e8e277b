"""What becomes of the stock of a cancelled order."""

from collections.abc import Callable
from typing import Any

from mall.inventory import service
from tests.functional.inventory.conftest import Shop
from tests.functional.inventory.shelves import hold, moved, order, pair

Deliver = Callable[..., Any]


def cancelled(deliver: Deliver, order_id: str, sku_id: str, *, was_paid: bool, restock: bool) -> None:
    lines = [{"sku_id": sku_id, "quantity": 1}, {"sku_id": sku_id, "quantity": 1}]
    for _ in range(2):
        answer = deliver(
            "on_order_cancelled", order_id, order_id=order_id, was_paid=was_paid, restock=restock, lines=lines
        )
        assert answer == {"batchItemFailures": []}


def test_what_was_not_paid_is_given_back(shop: Shop, deliver: Deliver) -> None:
    tea = shop.sku(5)
    order_id = hold({tea: 2})

    cancelled(deliver, order_id, tea, was_paid=False, restock=False)

    assert pair(tea) == (5, 0)


def test_what_was_paid_comes_back_where_it_is_said_to(shop: Shop, deliver: Deliver) -> None:
    tea = shop.sku(5)
    order_id = hold({tea: 2})
    service.commit(order_id)

    cancelled(deliver, order_id, tea, was_paid=True, restock=True)

    assert pair(tea) == (5, 0) == (moved(tea).available, moved(tea).reserved)


def test_news_of_the_cancellation_that_overtake_those_of_the_payment_do_no_harm(shop: Shop, deliver: Deliver) -> None:
    tea = shop.sku(5)
    order_id = hold({tea: 2})

    cancelled(deliver, order_id, tea, was_paid=True, restock=True)
    assert deliver("on_order_paid", order_id, order_id=order_id) == {"batchItemFailures": []}

    assert pair(tea) == (5, 0)


def test_what_has_left_the_warehouse_does_not_come_back_by_itself(shop: Shop, deliver: Deliver) -> None:
    tea = shop.sku(5)
    order_id = hold({tea: 2})
    service.commit(order_id)

    cancelled(deliver, order_id, tea, was_paid=True, restock=False)

    assert pair(tea) == (3, 0)


def test_an_order_that_never_held_anything_brings_nothing(shop: Shop, deliver: Deliver) -> None:
    tea = shop.sku(5)

    cancelled(deliver, order(), tea, was_paid=False, restock=False)
    cancelled(deliver, order(), tea, was_paid=True, restock=True)

    assert pair(tea) == (5, 0)
