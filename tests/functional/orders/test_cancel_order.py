"""Cancelling an order: at once, by consent, or by silence; the money goes back whole."""

from collections.abc import Callable

import pytest

from mall import clock, ids
from mall.orders import rules
from mall.orders.cancelling import service
from mall.orders.model import Actor, RefundStatus, Refused, Side, Status
from mall.orders.shipping import service as shipping
from mall.orders.sweeping import service as sweeping
from tests.fixtures import buying
from tests.fixtures.buying import Mall
from tests.fixtures.gateway import Answer

Invoke = Callable[..., Answer]


def cancel(invoke: Invoke, mall: Mall, order_id: str) -> Answer:
    return invoke(
        "orders.cancel_order", caller=mall.buyer, path={"order_id": order_id}, body={"reason": "changed_mind"}
    )


def merchant(order: object) -> Actor:
    return Actor(Side.MERCHANT, "usr_clerk")


def test_an_order_that_is_not_paid_is_cancelled_with_its_trade(invoke: Invoke, mall: Mall) -> None:
    trade = mall.open()

    answer = cancel(invoke, mall, mall.order(trade).id)

    assert (answer.status, answer.body["status"], answer.body["reason"]) == (200, "cancelled", "changed_mind")
    mall.check()


def test_one_of_several_orders_is_not_cancelled_before_they_are_paid(invoke: Invoke, mall: Mall) -> None:
    trade = mall.open(mall.tea.wish(1), mall.cups.wish(1))

    answer = cancel(invoke, mall, mall.orders(trade)[0].id)

    assert (answer.status, answer.body["Details"]["reason"]) == (409, "part_of_trade")
    assert answer.body["Details"]["trade_id"] == trade.id


def test_a_paid_order_waits_for_its_merchant_and_is_refunded_whole(invoke: Invoke, mall: Mall) -> None:
    mall.fill(5_000)
    trade = mall.buy(mall.tea.wish(1), mall.cups.wish(1), wallet=5_000)
    order = mall.orders(trade)[0]

    asked = cancel(invoke, mall, order.id)
    agreed = service.agree(mall.user_id, order.id, by=merchant(order))
    mall.refund()

    assert (asked.body["status"], asked.body["refund_status"]) == ("cancelling", "none")
    assert {one["kind"] for one in asked.body["deadlines"]} == {"ship", "agree"}
    assert agreed.refund_status is RefundStatus.REFUNDING
    done = next(one for one in mall.orders(trade) if one.id == order.id)
    assert (done.status, done.refund_status, done.refunded) == (
        Status.CANCELLED,
        RefundStatus.REFUNDED,
        order.payable,
    )
    books = buying.balances()
    assert books[f"merchant:{order.merchant_id}:pending", "CNY"] == 0
    assert {one.status for one in mall.orders(trade)} == {Status.CANCELLED, Status.PAID}
    mall.check()


def test_silence_is_consent_after_a_day(invoke: Invoke, mall: Mall) -> None:
    order = mall.order(mall.buy(mall.tea.wish(1)))
    cancel(invoke, mall, order.id)

    with clock.at(clock.now() + rules.LASTS[rules.Kind.AGREE]):
        sweeping.sweep(0)

    assert mall.order(mall.trade_of(order)).refund_status is RefundStatus.REFUNDING


def test_a_merchant_that_has_shipped_refuses_and_the_order_goes_on(invoke: Invoke, mall: Mall) -> None:
    order = mall.order(mall.buy(mall.tea.wish(1)))
    cancel(invoke, mall, order.id)

    refused = service.refuse(mall.user_id, order.id, by=merchant(order), reason="It is packed.")
    with clock.at(clock.now() + rules.LASTS[rules.Kind.AGREE]):
        sweeping.sweep(0)

    assert (refused.status, refused.reason) == (Status.PAID, None)
    assert mall.order(mall.trade_of(order)).status is Status.PAID


@pytest.mark.parametrize("why", ["overdue", "postponed"])
def test_nobody_has_to_agree_when_the_merchant_is_late(invoke: Invoke, mall: Mall, why: str) -> None:
    order = mall.order(mall.buy(mall.tea.wish(1)))
    now = clock.now()
    if why == "overdue":
        with clock.at(now + rules.LASTS[rules.Kind.SHIP]):
            sweeping.sweep(0)
    else:
        later = now + rules.LASTS[rules.Kind.SHIP] + rules.SHIP_POSTPONED_MOST / 2
        shipping.postpone_ship(mall.user_id, order.id, later, by=merchant(order), reason="out of boxes")

    answer = cancel(invoke, mall, order.id)

    assert (answer.body["status"], answer.body["refund_status"]) == ("cancelling", "refunding")


@pytest.mark.parametrize("side", [Side.MERCHANT, Side.PLATFORM])
def test_a_merchant_or_the_platform_cancels_at_once(mall: Mall, side: Side) -> None:
    order = mall.order(mall.buy(mall.tea.wish(1)))

    done = service.request(mall.user_id, order.id, by=Actor(side, "usr_somebody"), reason="broken")
    mall.refund()

    assert done.refund_status is RefundStatus.REFUNDING
    assert mall.order(mall.trade_of(order)).status is Status.CANCELLED
    mall.check()


def test_a_repetition_changes_nothing(invoke: Invoke, mall: Mall) -> None:
    order = mall.order(mall.buy(mall.tea.wish(1)))

    first, second = cancel(invoke, mall, order.id), cancel(invoke, mall, order.id)
    service.agree(mall.user_id, order.id, by=merchant(order))
    mall.refund()
    third = cancel(invoke, mall, order.id)

    assert [one.status for one in (first, second, third)] == [200] * 3
    assert third.body["status"] == "cancelled"


def test_what_is_shipped_is_not_cancelled(invoke: Invoke, mall: Mall) -> None:
    order = mall.order(mall.buy(mall.tea.wish(1)))
    mall.ship(order)

    answer = cancel(invoke, mall, order.id)

    assert (answer.status, answer.body["Details"]["reason"]) == (409, "shipped")
    with pytest.raises(Refused):
        service.request(mall.user_id, order.id, by=merchant(order), reason="x")


def test_what_costs_nothing_is_cancelled_without_a_refund(mall: Mall) -> None:
    trade = mall.free()

    done = service.request(mall.user_id, mall.order(trade).id, by=merchant(None), reason="broken")

    assert (done.status, done.refund_status) == (Status.CANCELLED, RefundStatus.REFUNDED)


def test_what_is_no_order_of_mine_is_not_found(invoke: Invoke, mall: Mall) -> None:
    answer = cancel(invoke, mall, ids.new("ord", slot=9))

    assert (answer.status, answer.code) == (404, "OrderNotFound")
