"""Taking a request to cancel back."""

from collections.abc import Callable

from mall import clock, ids
from mall.orders import rules
from mall.orders.cancelling import service
from mall.orders.model import Actor, Side, Status
from mall.orders.sweeping import service as sweeping
from tests.fixtures.buying import Mall
from tests.fixtures.gateway import Answer

Invoke = Callable[..., Answer]


def withdraw(invoke: Invoke, mall: Mall, order_id: str) -> Answer:
    return invoke("orders.withdraw_cancel", caller=mall.buyer, path={"order_id": order_id})


def test_the_order_goes_on_as_before(invoke: Invoke, mall: Mall) -> None:
    order = mall.order(mall.buy(mall.tea.wish(1)))
    service.request(mall.user_id, order.id, by=Actor(Side.BUYER, mall.user_id), reason="x")

    answer = withdraw(invoke, mall, order.id)
    with clock.at(clock.now() + rules.LASTS[rules.Kind.AGREE]):
        sweeping.sweep(0)

    assert (answer.status, answer.body["status"], answer.body["reason"]) == (200, "paid", None)
    assert mall.order(mall.trade_of(order)).status is Status.PAID


def test_what_is_agreed_stays_agreed(invoke: Invoke, mall: Mall) -> None:
    order = mall.order(mall.buy(mall.tea.wish(1)))
    service.request(mall.user_id, order.id, by=Actor(Side.PLATFORM, "usr_x"), reason="x")

    answer = withdraw(invoke, mall, order.id)

    assert (answer.status, answer.body["Details"]["reason"]) == (409, "agreed")


def test_what_nobody_wants_to_cancel_is_not_withdrawn(invoke: Invoke, mall: Mall) -> None:
    order = mall.order(mall.buy(mall.tea.wish(1)))

    assert withdraw(invoke, mall, order.id).body["Details"]["reason"] == "not_shipped"
    assert withdraw(invoke, mall, ids.new("ord", slot=9)).code == "OrderNotFound"
