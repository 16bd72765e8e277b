"""Deleting an order from one's view."""

from collections.abc import Callable

from mall import ids
from mall.orders.model import SYSTEM
from mall.orders.paying import service as paying
from tests.fixtures.buying import Mall
from tests.fixtures.gateway import Answer

Invoke = Callable[..., Answer]


def delete(invoke: Invoke, mall: Mall, order_id: str) -> Answer:
    return invoke("orders.delete_order", caller=mall.buyer, path={"order_id": order_id})


def test_a_deleted_order_is_gone_for_its_buyer_and_for_nobody_else(invoke: Invoke, mall: Mall) -> None:
    trade = mall.open()
    order = mall.order(trade)
    paying.cancel(mall.user_id, trade.id, by=SYSTEM, reason="expired")

    first, second = delete(invoke, mall, order.id), delete(invoke, mall, order.id)

    assert (first.status, second.status) == (204, 204)
    assert invoke("orders.get_order", caller=mall.buyer, path={"order_id": order.id}).code == "OrderNotFound"
    assert invoke("orders.list_orders", caller=mall.buyer).body["items"] == []
    assert mall.order(trade).hidden_at is not None


def test_an_order_that_goes_on_is_not_deleted(invoke: Invoke, mall: Mall) -> None:
    answer = delete(invoke, mall, mall.order(mall.buy(mall.tea.wish(1))).id)

    assert (answer.status, answer.body["Details"]["reason"]) == (409, "not_shipped")
    assert delete(invoke, mall, ids.new("ord", slot=9)).code == "OrderNotFound"
