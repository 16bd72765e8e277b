"""Opening the payment of a trade whose stock is held, and waiting for it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from mall import clock, sql
from mall.orders.model import SYSTEM, Stage, Trade, TradeCancelled
from mall.orders.paying import service as paying
from mall.payments import service as payments
from mall.payments.model import IntentState
from mall.sql.tables import OutboxRow
from mall.wallet.model import WalletTooLow
from tests.fixtures.buying import TOKEN, Mall

Run = Callable[..., Any]


def given(mall: Mall, trade: Trade, token: str = TOKEN) -> dict[str, Any]:
    """What the saga that waits with `token` tells of a trade."""
    return mall.given(trade) | {"token": token}


def opened(mall: Mall) -> list[dict[str, Any]]:
    with sql.session(key=mall.user_id) as session:
        return [row.data for row in session.scalars(select(OutboxRow).where(OutboxRow.type == "orders.TradeOpened"))]


def test_the_wallets_part_is_held_and_the_rest_asked_for(run: Run, mall: Mall) -> None:
    mall.fill(5_000)
    trade = mall.place([mall.tea.wish(2)], wallet=5_000, proven=True)

    for _ in range(2):
        assert run("orders.open_payment", given(mall, trade)) is None

    assert mall.balance() == (0, 5_000)
    now = mall.trade(trade)
    assert now.stage is Stage.AWAITING_PAYMENT
    assert now.intent_id is not None
    intent = payments.get_intent(now.intent_id)
    assert (intent.state, intent.amount, intent.expires_at) == (IntentState.WAITING, trade.due, trade.pay_deadline)
    assert [one["lines"] for one in opened(mall)] == [[{"sku_id": mall.tea.sku_id, "quantity": 2}]]


def test_what_the_wallet_pays_whole_has_no_payment(run: Run, mall: Mall) -> None:
    mall.fill(20_000)
    trade = mall.place([mall.tea.wish(1)], wallet=12_800, proven=True)

    for _ in range(2):
        assert run("orders.open_payment", given(mall, trade)) is None

    now = mall.trade(trade)
    assert (now.stage, now.intent_id) == (Stage.AWAITING_PAYMENT, None)
    assert mall.balance() == (7_200, 12_800)


def test_the_last_token_is_kept_for_who_hears_of_the_payment(run: Run, mall: Mall) -> None:
    trade = mall.place([mall.tea.wish(1)])

    for token in ("t1", "t2"):
        run("orders.open_payment", given(mall, trade, token))
        assert mall.trade(trade).token == token
        assert len(opened(mall)) == 1


def test_who_waits_for_what_is_paid_changes_nothing_and_an_unknown_token_is_no_fault(run: Run, mall: Mall) -> None:
    trade = mall.buy(mall.tea.wish(1))

    assert run("orders.open_payment", given(mall, trade, "t" * 20)) is None
    assert mall.trade(trade) == trade


def test_a_wallet_that_is_too_low_opens_nothing(run: Run, mall: Mall) -> None:
    mall.fill(1)
    trade = mall.place([mall.tea.wish(1)], wallet=100, proven=True)

    with pytest.raises(WalletTooLow):
        run("orders.open_payment", given(mall, trade))

    assert (mall.trade(trade).stage, mall.trade(trade).token) == (Stage.PLACING, None)
    assert opened(mall) == []


def test_what_is_cancelled_or_too_late_is_not_opened(run: Run, mall: Mall) -> None:
    gone, late = mall.place([mall.tea.wish(1)]), mall.place([mall.tea.wish(1)])
    paying.cancel(mall.user_id, gone.id, by=SYSTEM, reason="x")

    with pytest.raises(TradeCancelled):
        run("orders.open_payment", given(mall, gone))
    with clock.at(late.pay_deadline), pytest.raises(TradeCancelled, match="expired"):
        run("orders.open_payment", given(mall, late))


def test_what_is_cancelled_while_it_waits_is_not_waited_for_again(run: Run, mall: Mall) -> None:
    trade = mall.open()
    paying.cancel(mall.user_id, trade.id, by=SYSTEM, reason="x")

    with pytest.raises(TradeCancelled):
        run("orders.open_payment", given(mall, trade, "t2"))

    assert mall.trade(trade).token == TOKEN
