"""Setting aside what a trade spends besides money."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.orders.model import SYSTEM, TradeCancelled
from mall.orders.paying import service as paying
from tests.fixtures.buying import Mall
from tests.functional.orders import vouchers

Run = Callable[..., Any]


def test_a_trade_without_benefits_holds_nothing(run: Run, mall: Mall) -> None:
    assert run("orders.hold_benefits", mall.given(mall.place([mall.tea.wish(1)]))) is None


def test_what_is_asked_for_is_held_once(run: Run, mall: Mall) -> None:
    with vouchers.declared() as held:
        trade = mall.spending({"voucher": "v1"})
        for _ in range(2):
            run("orders.hold_benefits", mall.given(trade))

    assert held.states == {(trade.id, "v1"): "held"}


def test_what_was_spent_is_refused_under_its_own_name(run: Run, mall: Mall) -> None:
    with vouchers.declared():
        run("orders.hold_benefits", mall.given(mall.spending({"voucher": "v1"})))

        with pytest.raises(vouchers.VoucherSpent):
            run("orders.hold_benefits", mall.given(mall.spending({"voucher": "v1"})))


def test_a_trade_that_is_cancelled_holds_nothing_any_more(run: Run, mall: Mall) -> None:
    with vouchers.declared() as held:
        trade = mall.spending({"voucher": "v1"})
        paying.cancel(mall.user_id, trade.id, by=SYSTEM, reason="x")

        with pytest.raises(TradeCancelled):
            run("orders.hold_benefits", mall.given(trade))

    assert set(held.states.values()) == {"released"}
