"""Closing a payment: the trade is cancelled, unless the money was quicker."""

from collections.abc import Callable
from typing import Any

from tests.fixtures.buying import Mall

Run = Callable[..., Any]


def test_a_trade_that_is_not_paid_is_cancelled_with_what_went_wrong(run: Run, mall: Mall) -> None:
    trade = mall.open()
    given = mall.given(trade) | {"error": {"Error": "WalletTooLow", "Cause": "{}"}}

    first, second = (run("orders.close_payment", given) for _ in range(2))

    assert first == second == {"stage": "cancelled"}
    assert mall.trade(trade).reason == "WalletTooLow"


def test_a_trade_that_is_paid_is_confirmed_instead(run: Run, mall: Mall) -> None:
    trade = mall.open()
    mall.pay(trade)

    assert run("orders.close_payment", mall.given(trade)) == {"stage": "paid"}
    mall.check()
