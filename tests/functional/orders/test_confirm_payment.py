"""Making a trade whose money is in a paid one."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.orders.model import Stage
from mall.orders.paying.service import NotPaidYet
from tests.fixtures import buying
from tests.fixtures.buying import Mall

Run = Callable[..., Any]


def test_without_its_money_nothing_is_confirmed(run: Run, mall: Mall) -> None:
    for trade in (mall.place([mall.tea.wish(1)]), mall.open()):
        with pytest.raises(NotPaidYet):
            run("orders.confirm_payment", mall.given(trade))
    mall.check()


def test_one_transaction_pays_the_orders_and_posts_what_each_merchant_gets(run: Run, mall: Mall) -> None:
    mall.fill(9_999)
    trade = mall.open(mall.tea.wish(1), mall.cups.wish(2), wallet=9_999)
    mall.pay(trade)

    first, second = (run("orders.confirm_payment", mall.given(trade)) for _ in range(2))

    assert first == second == {"stage": "paid"}
    books = buying.balances()
    for order in mall.orders(trade):
        assert books[f"merchant:{order.merchant_id}:pending", "CNY"] == -order.payable.cents
    assert books[f"intent:{trade.intent_id}", "CNY"] == 0
    assert books[f"user:{mall.user_id}:wallet_hold", "CNY"] == 0
    assert mall.balance() == (0, 0)
    mall.check()


def test_what_the_saga_was_woken_for_is_confirmed_already(run: Run, mall: Mall, statements: list[str]) -> None:
    trade = mall.buy(mall.tea.wish(1))
    told = mall.given(trade) | {"payment": {"stage": "paid"}}
    statements.clear()

    assert run("orders.confirm_payment", told) == {"stage": "paid"}
    assert statements == []


def test_what_the_platform_bears_is_its_own_expense(mall: Mall, run: Run) -> None:
    trade = mall.discounted(off=300)
    mall.pay(trade)

    run("orders.confirm_payment", mall.given(trade))

    order, books = mall.order(trade), buying.balances()
    assert (order.payable.cents, order.platform_part.cents) == (1_700, 300)
    assert books["platform:marketing", "CNY"] == 300
    assert books[f"merchant:{order.merchant_id}:pending", "CNY"] == -2_000
    assert mall.trade(trade).stage is Stage.PAID
    mall.check()


def test_what_costs_nothing_is_paid_without_a_payment_or_an_entry(mall: Mall) -> None:
    trade = mall.free()

    assert (trade.stage, trade.intent_id) == (Stage.PAID, None)
    assert not buying.balances()
