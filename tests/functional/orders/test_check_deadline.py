"""Seeing whether a trade may still be paid."""

from collections.abc import Callable
from typing import Any

from mall import clock
from mall.orders.paying import service as paying
from tests.fixtures.buying import Mall

Run = Callable[..., Any]


def test_what_was_postponed_is_waited_for(run: Run, mall: Mall) -> None:
    trade = mall.open()
    paying.postpone(mall.user_id, trade.id)

    with clock.at(trade.pay_deadline):
        answer = run("orders.check_deadline", mall.given(trade))

    assert answer["stage"] == "awaiting_payment"
    assert 7_190 < answer["seconds"] <= 7_201


def test_what_is_over_is_over(run: Run, mall: Mall) -> None:
    trade = mall.open()

    with clock.at(trade.pay_deadline):
        answer = run("orders.check_deadline", mall.given(trade))

    assert answer == {"stage": "awaiting_payment", "seconds": 0}
