"""Money that went back ends a cancellation, or is noted."""

from collections.abc import Callable
from typing import Any

from mall import events, ids
from mall.money import Money
from mall.orders.cancelling import service
from mall.orders.model import Actor, RefundStatus, Side, Status
from tests.fixtures.buying import Mall

Run = Callable[..., Any]


def told(mall: Mall, order_id: str, amount: int, name: str = "refunds.RefundSucceeded") -> events.Event:
    data = {"refund_id": "rfd_1", "trade_id": "", "order_id": order_id, "user_id": mall.user_id}
    return events.Event.of(name, aggregate=ids.new("rfd", slot=9), data=data | {"amount": amount, "currency": "CNY"})


def test_a_part_is_noted_and_the_whole_is_refunded(mall: Mall) -> None:
    trade = mall.buy(mall.tea.wish(1))
    order = mall.order(trade)

    first = told(mall, order.id, 800)
    for event in (first, first):
        service.refund_succeeded(event)
    part = mall.order(trade)
    service.refund_succeeded(told(mall, order.id, 12_000))

    assert (part.status, part.refund_status, part.refunded) == (Status.PAID, RefundStatus.PARTIAL, Money(800))
    assert mall.order(trade).refund_status is RefundStatus.REFUNDED


def test_a_cancelled_order_goes_back_into_stock(mall: Mall) -> None:
    trade = mall.buy(mall.tea.wish(1))
    service.request(mall.user_id, mall.order(trade).id, by=Actor(Side.PLATFORM, "usr_x"), reason="broken")

    mall.refund()

    from tests.fixtures.paying import news

    assert mall.order(trade).status is Status.CANCELLED
    (cancelled,) = news("orders.OrderCancelled")
    assert (cancelled["was_paid"], cancelled["restock"], cancelled["reason"]) == (True, True, "broken")


def test_money_without_an_order_is_not_ours(mall: Mall) -> None:
    service.refund_succeeded(told(mall, "", 1))
