"""Opening the payment of a trade whose stock is held."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from mall import clock, sql
from mall.orders.model import SYSTEM, Stage, TradeCancelled
from mall.orders.paying import service as paying
from mall.payments import service as payments
from mall.payments.model import IntentState
from mall.sql.tables import OutboxRow
from mall.wallet.model import WalletTooLow
from tests.fixtures.buying import Mall

Run = Callable[..., Any]


def opened(mall: Mall) -> list[dict[str, Any]]:
    with sql.session(key=mall.user_id) as session:
        return [row.data for row in session.scalars(select(OutboxRow).where(OutboxRow.type == "orders.TradeOpened"))]


def test_the_wallets_part_is_held_and_the_rest_asked_for(run: Run, mall: Mall) -> None:
    mall.fill(5_000)
    trade = mall.place([mall.tea.wish(2)], wallet=5_000, proven=True)

    first, second = (run("orders.open_payment", mall.given(trade)) for _ in range(2))

    assert first["due"] == second["due"] == trade.total.cents - 5_000
    assert 1700 < second["seconds"] <= first["seconds"] <= 1801
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

    assert run("orders.open_payment", mall.given(trade))["due"] == 0
    assert mall.trade(trade).intent_id is None


def test_a_wallet_that_is_too_low_opens_nothing(run: Run, mall: Mall) -> None:
    mall.fill(1)
    trade = mall.place([mall.tea.wish(1)], wallet=100, proven=True)

    with pytest.raises(WalletTooLow):
        run("orders.open_payment", mall.given(trade))

    assert mall.trade(trade).stage is Stage.PLACING
    assert opened(mall) == []


def test_what_is_cancelled_or_too_late_is_not_opened(run: Run, mall: Mall) -> None:
    gone, late = mall.place([mall.tea.wish(1)]), mall.place([mall.tea.wish(1)])
    paying.cancel(mall.user_id, gone.id, by=SYSTEM, reason="x")

    with pytest.raises(TradeCancelled):
        run("orders.open_payment", mall.given(gone))
    with clock.at(late.pay_deadline), pytest.raises(TradeCancelled, match="expired"):
        run("orders.open_payment", mall.given(late))
