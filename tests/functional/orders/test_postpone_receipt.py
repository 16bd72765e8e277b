"""Having an order taken for received later, twice."""

from collections.abc import Callable

from mall import clock, ids
from mall.orders import rules
from mall.orders.model import Kind, Status
from mall.orders.sweeping import service as sweeping
from tests.fixtures.buying import Mall
from tests.fixtures.gateway import Answer

Invoke = Callable[..., Answer]


def postpone(invoke: Invoke, mall: Mall, order_id: str) -> Answer:
    return invoke("orders.postpone_receipt", caller=mall.buyer, path={"order_id": order_id})


def test_twice_a_week_and_then_no_more(invoke: Invoke, mall: Mall) -> None:
    order = mall.ship(mall.order(mall.buy(mall.tea.wish(1))))
    trade, shipped = mall.trade_of(order), clock.now()

    first, second, third = (postpone(invoke, mall, order.id) for _ in range(3))

    assert (first.status, second.status) == (200, 200)
    assert [one["version"] for one in second.body["deadlines"]] == [3]
    assert (third.status, third.body["Details"]["reason"]) == (409, "postponed_before")
    with clock.at(shipped + rules.LASTS[Kind.RECEIPT]):
        sweeping.sweep(0)
    assert mall.order(trade).status is Status.SHIPPED
    with clock.at(shipped + rules.LASTS[Kind.RECEIPT] + 2 * rules.RECEIPT_POSTPONED):
        sweeping.sweep(0)
    assert mall.order(trade).status is Status.COMPLETED


def test_when_the_time_is_over_it_is_too_late(invoke: Invoke, mall: Mall) -> None:
    order = mall.ship(mall.order(mall.buy(mall.tea.wish(1))))

    with clock.at(clock.now() + rules.LASTS[Kind.RECEIPT]):
        answer = postpone(invoke, mall, order.id)

    assert (answer.status, answer.body["Details"]["reason"]) == (409, "deadline_over")


def test_what_is_not_shipped_or_not_mine_is_not_postponed(invoke: Invoke, mall: Mall) -> None:
    order = mall.order(mall.buy(mall.tea.wish(1)))

    assert postpone(invoke, mall, order.id).body["Details"]["reason"] == "not_shipped"
    assert postpone(invoke, mall, ids.new("ord", slot=9)).code == "OrderNotFound"
