"""Confirming that an order has arrived, by its buyer or by time."""

from collections.abc import Callable

import pytest

from mall import clock, ids, sql
from mall.orders import rules, store
from mall.orders.model import Actor, Kind, Side, Status
from mall.orders.shipping import service as shipping
from mall.orders.sweeping import service as sweeping
from tests.fixtures.buying import Mall
from tests.fixtures.gateway import Answer

Invoke = Callable[..., Answer]


def confirm(invoke: Invoke, mall: Mall, order_id: str) -> Answer:
    return invoke("orders.confirm_receipt", caller=mall.buyer, path={"order_id": order_id})


def test_an_order_is_completed_and_closed_when_nothing_may_be_sent_back_any_more(invoke: Invoke, mall: Mall) -> None:
    order = mall.ship(mall.order(mall.buy(mall.tea.wish(1))))
    trade, now = mall.trade_of(order), clock.now()

    first, second = confirm(invoke, mall, order.id), confirm(invoke, mall, order.id)

    assert (first.status, first.body["status"], first.body["ship_status"]) == (200, "completed", "received")
    assert second.body == first.body
    with clock.at(now + rules.LASTS[Kind.RECEIPT] + rules.LASTS[Kind.AFTERSALE]):
        sweeping.sweep(0)
    assert mall.order(trade).status is Status.CLOSED


def test_time_confirms_what_nobody_confirms_unless_something_is_sent_back(mall: Mall) -> None:
    order, other = (mall.ship(mall.order(mall.buy(good.wish(1)))) for good in (mall.tea, mall.cups))
    with sql.session(key=mall.user_id) as session:
        store.update_orders(session, [other], clock.now(), aftersale_open=True)

    with clock.at(clock.now() + rules.LASTS[Kind.RECEIPT]):
        sweeping.sweep(0)

    assert mall.order(mall.trade_of(order)).status is Status.COMPLETED
    assert mall.order(mall.trade_of(other)).status is Status.SHIPPED


def test_a_part_is_no_whole(invoke: Invoke, mall: Mall) -> None:
    order = mall.order(mall.buy(mall.tea.wish(2)))
    line = order.lines[0]
    by = Actor(Side.MERCHANT, "usr_clerk")

    part = shipping.ship(mall.user_id, order.id, {line.id: 1}, by=by)
    refused = confirm(invoke, mall, order.id)
    with pytest.raises(rules.Refused, match="more pieces"):
        shipping.ship(mall.user_id, order.id, {line.id: 2}, by=by)
    with pytest.raises(shipping.NothingShipped):
        shipping.ship(mall.user_id, order.id, {"lin_1": 1}, by=by)
    whole = shipping.ship(mall.user_id, order.id, {line.id: 1}, by=by)

    assert (part.status, part.ship_status) == (Status.PARTIALLY_SHIPPED, "partial")
    assert (refused.status, refused.body["Details"]["reason"]) == (409, "partially_shipped")
    assert (whole.status, whole.lines[0].shipped) == (Status.SHIPPED, 2)
    assert confirm(invoke, mall, order.id).status == 200


def test_what_is_not_shipped_or_not_mine_is_not_confirmed(invoke: Invoke, mall: Mall) -> None:
    order = mall.order(mall.buy(mall.tea.wish(1)))

    assert confirm(invoke, mall, order.id).body["Details"]["reason"] == "not_shipped"
    assert confirm(invoke, mall, ids.new("ord", slot=9)).code == "OrderNotFound"
