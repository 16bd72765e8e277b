"""A payment that was closed by others ends its trade."""

from collections.abc import Callable
from typing import Any

from mall import events
from mall.orders.model import Stage
from mall.orders.paying import service as paying
from mall.payments import service as payments
from tests.fixtures.buying import Mall

Run = Callable[..., Any]


def test_a_trade_whose_payment_was_closed_is_cancelled_for_the_same_reason(mall: Mall) -> None:
    trade = mall.open()
    assert trade.intent_id is not None
    payments.close_intent(trade.intent_id, "fraud")

    mall.deliver()

    assert (mall.trade(trade).stage, mall.trade(trade).reason) == (Stage.CANCELLED, "fraud")
    mall.check()


def test_an_old_payment_and_one_that_is_opened_anew_end_nothing(mall: Mall) -> None:
    trade = mall.open()
    data = {"purpose": "trade", "user_id": mall.user_id, "reference": trade.id, "intent_id": "pay_old"}

    for changes in ({"reason": "expired"}, {"reason": "price_changed", "intent_id": trade.intent_id}):
        paying.payment_closed(events.Event.of("payments.PaymentClosed", aggregate="pay_1", data=data | changes))

    assert mall.trade(trade).stage is Stage.AWAITING_PAYMENT
