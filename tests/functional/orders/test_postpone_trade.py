"""Paying later: once, and only while the goods are held as long."""

from collections.abc import Callable
from datetime import timedelta

from mall import clock, ids
from mall.inventory import service as inventory
from mall.orders import rules
from mall.orders.model import Stage
from mall.orders.sweeping import service as sweeping
from mall.payments import service as payments
from tests.fixtures.buying import Mall
from tests.fixtures.gateway import Answer

Invoke = Callable[..., Answer]


def postpone(invoke: Invoke, mall: Mall, trade_id: str) -> Answer:
    return invoke("orders.postpone_trade", caller=mall.buyer, path={"trade_id": trade_id})


def test_the_deadline_the_payment_and_the_goods_last_longer(invoke: Invoke, mall: Mall) -> None:
    trade = mall.open(mall.tea.wish(1), mall.cups.wish(1))
    until = trade.pay_deadline + rules.PAY_POSTPONED

    answer = postpone(invoke, mall, trade.id)

    assert answer.status == 200
    assert answer.body["pay_deadline"] == until.isoformat().replace("+00:00", "Z")
    assert mall.trade(trade).pay_deadline == until
    assert trade.intent_id is not None
    assert payments.get_intent(trade.intent_id).expires_at == until
    # What the old deadline would have done is not done, and what the new one says is.
    with clock.at(trade.pay_deadline + timedelta(minutes=1)):
        for order in mall.orders(trade):
            inventory.expire(order.id)
        sweeping.sweep(0)
    assert mall.trade(trade).stage is Stage.AWAITING_PAYMENT
    assert mall.stock(mall.tea) == (9, 1)
    with clock.at(until + timedelta(minutes=1)):
        sweeping.sweep(0)
    assert mall.trade(trade).stage is Stage.CANCELLED


def test_a_second_time_is_refused(invoke: Invoke, mall: Mall) -> None:
    trade = mall.open()
    postpone(invoke, mall, trade.id)

    answer = postpone(invoke, mall, trade.id)

    assert (answer.status, answer.code) == (409, "Refused")
    assert answer.body["Details"]["reason"] == "postponed_before"


def test_what_is_not_held_any_more_is_not_postponed(invoke: Invoke, mall: Mall) -> None:
    trade = mall.open()
    inventory.release(mall.order(trade).id, "a crash")

    answer = postpone(invoke, mall, trade.id)

    assert answer.body["Details"]["reason"] == "stock_not_held"
    assert mall.trade(trade).pay_deadline == trade.pay_deadline


def test_every_other_stage_says_why_not(invoke: Invoke, mall: Mall) -> None:
    placing, paid, over = mall.place([mall.tea.wish(1)]), mall.buy(mall.tea.wish(1)), mall.open()

    assert postpone(invoke, mall, placing.id).body["Details"]["reason"] == "placing"
    assert postpone(invoke, mall, paid.id).body["Details"]["reason"] == "not_shipped"
    with clock.at(over.pay_deadline):
        assert postpone(invoke, mall, over.id).body["Details"]["reason"] == "deadline_over"
    assert postpone(invoke, mall, ids.new("trd", slot=9)).code == "TradeNotFound"
