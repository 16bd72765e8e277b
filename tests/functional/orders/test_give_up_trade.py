"""Giving a trade up that could not be placed."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.orders.model import Stage
from tests.fixtures.buying import Mall

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("error", "reason"), [("SoldOut", "SoldOut"), ("States.Timeout", "expired"), (None, "expired")]
)
def test_the_trade_says_why_it_was_cancelled(run: Run, mall: Mall, error: str | None, reason: str) -> None:
    trade = mall.place([mall.tea.wish(1)])

    answer = run("orders.give_up_trade", mall.given(trade) | ({"error": {"Error": error}} if error else {}))

    assert answer == {"stage": "cancelled"}
    assert (mall.trade(trade).stage, mall.trade(trade).reason) == (Stage.CANCELLED, reason)


def test_a_trade_that_is_paid_stays_paid(run: Run, mall: Mall) -> None:
    trade = mall.buy(mall.tea.wish(1))

    assert run("orders.give_up_trade", mall.given(trade)) == {"stage": "paid"}
