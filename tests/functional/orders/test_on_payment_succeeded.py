"""A payment that came in pays its trade, with or without the saga."""

from collections.abc import Callable
from typing import Any

from mall import events, ids
from mall.money import Money
from mall.orders.model import SYSTEM, Actor, Side, Stage
from mall.orders.paying import service as paying
from mall.orders.pricing import service as pricing
from tests.fixtures.buying import Mall
from tests.fixtures.paying import news

Run = Callable[..., Any]


def test_a_trade_is_paid_by_the_news_alone_and_once(mall: Mall) -> None:
    trade = mall.open(mall.tea.wish(1), mall.cups.wish(1))
    mall.pay(trade)

    mall.deliver("payments.PaymentSucceeded")
    told = [one for one in news("payments.PaymentSucceeded") if one["intent_id"] == trade.intent_id]
    event = events.Event.of("payments.PaymentSucceeded", aggregate=str(trade.intent_id), data=_without_name(told[0]))
    paying.payment_succeeded(event)

    assert mall.trade(trade).stage is Stage.PAID
    assert len(news("orders.OrderPaid")) == 2
    mall.check()


def test_top_ups_are_not_ours(run: Run, mall: Mall) -> None:
    data = {
        "intent_id": ids.new("pay", slot=9),
        "attempt_id": "x",
        "user_id": mall.user_id,
        "purpose": "top_up",
        "reference": mall.user_id,
        "amount": 1,
        "currency": "CNY",
        "channel": "sandbox",
        "paid_at": "2030-01-01T00:00:00+00:00",
    }

    paying.payment_succeeded(events.Event.of("payments.PaymentSucceeded", aggregate="pay_1", data=data))


def test_a_payment_at_a_price_that_was_changed_finds_its_trade(mall: Mall) -> None:
    trade = mall.open()
    pricing.modify_price(
        mall.user_id, mall.order(trade).id, Money(10_000), by=Actor(Side.MERCHANT, "usr_clerk"), note="regular"
    )

    mall.pay(mall.trade(trade))
    mall.deliver()

    assert mall.trade(trade).stage is Stage.PAID
    assert mall.order(trade).payable == Money(10_000)
    mall.check()


def test_money_for_a_cancelled_trade_makes_no_order_paid(mall: Mall) -> None:
    trade = mall.open()
    attempt = mall.attempt(trade)
    paying.cancel(mall.user_id, trade.id, by=SYSTEM, reason="x")

    mall.report(attempt)
    mall.deliver()

    assert mall.trade(trade).stage is Stage.CANCELLED
    assert [one["why"] for one in news("payments.PaymentUnwanted")] == ["late"]
    mall.check()


def _without_name(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != "name"}
