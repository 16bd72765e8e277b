"""Waiting for a payment."""

from collections.abc import Callable
from typing import Any

from tests.fixtures.buying import Mall

Run = Callable[..., Any]


def test_the_token_is_kept_for_who_hears_of_the_payment(run: Run, mall: Mall) -> None:
    trade = mall.open()

    run("orders.await_payment", {"trade_id": trade.id, "user_id": mall.user_id, "token": "t1"})

    assert mall.trade(trade).token == "t1"


def test_who_waits_for_what_has_ended_is_woken_and_an_unknown_token_is_no_fault(run: Run, mall: Mall) -> None:
    trade = mall.buy(mall.tea.wish(1))

    assert run("orders.await_payment", {"trade_id": trade.id, "user_id": mall.user_id, "token": "t" * 20}) is None
