"""Saying what becomes of stock that is held for too long."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from mall import clock, events, ids
from mall.orders.model import SYSTEM, Stage
from mall.orders.paying import service as paying
from mall.orders.sweeping import service
from tests.fixtures.buying import Mall

Run = Callable[..., Any]


def overdue(mall: Mall, order_id: str) -> None:
    data = {"order_id": order_id, "user_id": mall.user_id, "sku_ids": [mall.tea.sku_id]}
    service.reservation_overdue(events.Event.of("inventory.ReservationOverdue", aggregate=order_id, data=data))


def test_an_order_that_waits_holds_on(mall: Mall) -> None:
    trade = mall.open()

    overdue(mall, mall.order(trade).id)

    assert mall.stock(mall.tea) == (9, 1)


def test_an_order_that_is_paid_sells_and_one_that_is_not_gives_back(mall: Mall) -> None:
    paid, gone, late = mall.open(), mall.open(), mall.open()
    mall.pay(paid)
    paying.confirm(mall.user_id, paid.id)
    paying.cancel(mall.user_id, gone.id, by=SYSTEM, reason="x")

    overdue(mall, mall.order(paid).id)
    overdue(mall, mall.order(gone).id)
    with clock.at(late.pay_deadline + timedelta(seconds=1)):
        overdue(mall, mall.order(late).id)

    assert mall.stock(mall.tea) == (9, 0)
    assert mall.trade(late).stage is Stage.CANCELLED


def test_one_whose_payment_nobody_heard_of_is_paid_and_sold(mall: Mall) -> None:
    trade = mall.open()
    mall.pay(trade)

    with clock.at(trade.pay_deadline + timedelta(seconds=1)):
        overdue(mall, mall.order(trade).id)

    assert mall.trade(trade).stage is Stage.PAID
    assert mall.stock(mall.tea) == (9, 0)


def test_what_is_no_order_gives_back(mall: Mall) -> None:
    overdue(mall, ids.new("ord", slot=9))
