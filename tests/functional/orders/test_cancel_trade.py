"""Cancelling a trade that is not paid: paid wins, and everything comes back."""

from collections.abc import Callable

from mall import ids
from mall.orders.model import Stage
from mall.payments import service as payments
from mall.payments.model import IntentState
from tests.fixtures.buying import Mall
from tests.fixtures.gateway import Answer

Invoke = Callable[..., Answer]


def cancel(invoke: Invoke, mall: Mall, trade_id: str, reason: str = "changed_mind") -> Answer:
    return invoke("orders.cancel_trade", caller=mall.buyer, path={"trade_id": trade_id}, body={"reason": reason})


def test_what_was_held_comes_back(invoke: Invoke, mall: Mall) -> None:
    mall.fill(5_000)
    trade = mall.open(mall.tea.wish(2), mall.cups.wish(1), wallet=5_000)

    answer = cancel(invoke, mall, trade.id)
    mall.deliver()

    assert answer.status == 200
    assert (answer.body["stage"], answer.body["reason"]) == ("cancelled", "changed_mind")
    assert {order["status"] for order in answer.body["orders"]} == {"cancelled"}
    assert mall.balance() == (5_000, 0)
    assert trade.intent_id is not None
    intent = payments.get_intent(trade.intent_id)
    assert (intent.state, intent.reason) == (IntentState.CLOSED, "changed_mind")
    mall.check()


def test_a_repetition_changes_nothing(invoke: Invoke, mall: Mall) -> None:
    trade = mall.open()

    first, second = cancel(invoke, mall, trade.id), cancel(invoke, mall, trade.id, "again")

    assert (first.status, second.status) == (200, 200)
    assert second.body["reason"] == "changed_mind"


def test_a_trade_that_is_still_being_placed_is_cancelled_too(invoke: Invoke, mall: Mall) -> None:
    trade = mall.place([mall.tea.wish(1)])

    answer = cancel(invoke, mall, trade.id)

    assert (answer.status, answer.body["stage"]) == (200, "cancelled")
    assert answer.body["intent_id"] is None


def test_what_is_paid_is_not_cancelled_even_if_nobody_has_heard_of_it(invoke: Invoke, mall: Mall) -> None:
    trade = mall.open()
    mall.pay(trade)

    answer = cancel(invoke, mall, trade.id)

    assert (answer.status, answer.code) == (409, "Refused")
    assert answer.body["Details"]["reason"] == "not_shipped"
    assert mall.trade(trade).stage is Stage.PAID
    mall.check()


def test_what_is_no_trade_of_mine_is_not_found(invoke: Invoke, mall: Mall) -> None:
    answer = cancel(invoke, mall, ids.new("trd", slot=9))

    assert (answer.status, answer.code) == (404, "TradeNotFound")
