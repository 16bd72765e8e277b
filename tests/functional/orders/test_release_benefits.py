"""Giving back what a trade set aside besides money."""

from collections.abc import Callable
from typing import Any

from mall.orders.paying import service as paying
from tests.fixtures.buying import TOKEN, Mall
from tests.functional.orders import vouchers

Run = Callable[..., Any]


def test_what_was_held_is_free_again(run: Run, mall: Mall) -> None:
    with vouchers.declared() as held:
        trade = mall.spending({"voucher": "v1"})
        run("orders.hold_benefits", mall.given(trade))
        for _ in range(2):
            run("orders.release_benefits", mall.given(trade))

    assert held.states == {(trade.id, "v1"): "released"}


def test_what_a_paid_trade_has_spent_stays_spent(run: Run, mall: Mall) -> None:
    with vouchers.declared() as held:
        trade = mall.spending({"voucher": "v1"})
        run("orders.hold_benefits", mall.given(trade))
        paying.open_payment(mall.user_id, trade.id, mall.given(trade)["lines"], TOKEN)
        mall.pay(trade)
        paying.confirm(mall.user_id, trade.id)
        run("orders.release_benefits", mall.given(trade))

    assert held.states == {(trade.id, "v1"): "captured"}
