"""Changing orders in PostgreSQL: by compare-and-set, with history and news, all of it or nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from mall import clock, ids, sql
from mall.money import Money
from mall.orders import store
from mall.orders.life import service
from mall.orders.model import (
    SYSTEM,
    Actor,
    AlreadyOrdered,
    Changed,
    NotYours,
    Order,
    OrderNotFound,
    PayStatus,
    Refused,
    Side,
    Stage,
    Status,
    TooManyUnpaid,
    TradeNotFound,
)
from mall.orders.rules import Act
from mall.orders.tables import DiscountRow, LineRow, OrderRow, TradeRow
from mall.sql.tables import OutboxRow
from tests.fixtures import checkout

pytestmark = pytest.mark.usefixtures("database", "aws")


def news(user_id: str, name: str) -> list[dict[str, Any]]:
    with sql.session(key=user_id) as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.type == name).order_by(OutboxRow.seq))
        return [row.data for row in rows]


def pay(orders: list[Order]) -> list[Order]:
    now = clock.now()
    with sql.session(key=orders[0].user_id) as session:
        return service.change(session, orders, Act.PAY, SYSTEM, at=now, pay_status=PayStatus.PAID, paid_at=now)


@pytest.mark.parametrize("slot", [9, 900])
def test_a_trade_is_found_as_it_was_written_and_by_its_owner_only(slot: int) -> None:
    user_id = checkout.buyer(slot)
    trade, orders = checkout.written(user_id, merchants=2)

    with sql.session(key=user_id) as session:
        assert store.trade(session, user_id, trade.id) == trade
        assert store.orders_of(session, user_id, trade.id) == orders
        assert store.order(session, user_id, orders[0].id) == orders[0]
        for other in (checkout.buyer(slot), checkout.buyer(slot + 1)):
            with pytest.raises(TradeNotFound):
                store.trade(session, other, trade.id)
            with pytest.raises(OrderNotFound):
                store.order(session, other, orders[0].id)


def test_discounts_are_kept_with_who_bears_them() -> None:
    user_id = checkout.buyer()
    trade_id = ids.new("trd", slot=9)
    order = checkout.order(trade_id, user_id, lines=[checkout.line(ids.new("ord", slot=9), off=300)])

    with sql.session(key=user_id) as session:
        store.add(session, checkout.trade(user_id, [order]), [order], Actor(Side.BUYER, user_id))

    with sql.session(key=user_id) as session:
        (found,) = store.orders_of(session, user_id, trade_id)
    assert found == order
    assert (found.payable, found.platform_part) == (Money(1700), Money(300))


def test_a_change_moves_the_order_and_leaves_history_and_news() -> None:
    user_id = checkout.buyer()
    _, orders = checkout.written(user_id, merchants=2)

    changed = pay(orders)

    assert [(order.status, order.version) for order in changed] == [(Status.PAID, 2)] * 2
    with sql.session(key=user_id) as session:
        assert store.orders_of(session, user_id, orders[0].trade_id) == changed
        first, second = store.history(session, user_id, orders[0].id)
    assert (first.act, first.by.side) == ("create", Side.BUYER)
    assert (second.act, second.by) == ("pay", SYSTEM)
    assert second.before == {"pay_status": "unpaid", "paid_at": None, "status": "pending_payment"}
    assert second.after["status"] == "paid"
    assert [one["order_id"] for one in news(user_id, "orders.OrderPaid")] == [order.id for order in orders]
    assert [one["version"] for one in news(user_id, "orders.OrderChanged")] == [2, 2]


def test_who_comes_second_changes_nothing() -> None:
    user_id = checkout.buyer()
    _, orders = checkout.written(user_id, merchants=2)
    pay(orders[:1])

    # One of the two is not as it was read, so neither is changed.
    with pytest.raises(Changed):
        pay(orders)

    with sql.session(key=user_id) as session:
        assert store.order(session, user_id, orders[1].id) == orders[1]
    assert len(news(user_id, "orders.OrderPaid")) == 1


def test_what_the_rules_refuse_is_not_written() -> None:
    user_id = checkout.buyer()
    _, orders = checkout.written(user_id)

    for act, side, error in ((Act.SHIP, Side.MERCHANT, Refused), (Act.PAY, Side.BUYER, NotYours)):
        with sql.session(key=user_id) as session, pytest.raises(error):
            service.change(session, orders, act, Actor(side, "somebody"), at=clock.now(), to=None)

    with sql.session(key=user_id) as session:
        assert store.orders_of(session, user_id, orders[0].trade_id) == orders
        assert len(store.history(session, user_id, orders[0].id)) == 1


def test_a_cancelled_order_says_so_with_its_lines() -> None:
    user_id = checkout.buyer()
    _, orders = checkout.written(user_id)
    with sql.session(key=user_id) as session:
        service.change(
            session,
            orders,
            Act.CANCEL,
            Actor(Side.BUYER, user_id),
            at=clock.now(),
            reason="changed_mind",
            pay_status=PayStatus.CANCELLED,
        )

    (told,) = news(user_id, "orders.OrderCancelled")
    assert (told["reason"], told["was_paid"], told["restock"]) == ("changed_mind", False, False)
    assert told["lines"] == [{"sku_id": line.sku_id, "quantity": 2} for line in orders[0].lines]


@pytest.mark.parametrize(
    ("row", "values"),
    [
        (OrderRow, {"payable": 1}),
        (OrderRow, {"wallet_part": 99_999}),
        (OrderRow, {"refunded": 99_999}),
        (OrderRow, {"status": "paid"}),
        (OrderRow, {"status": "cancelled", "pay_status": "paid"}),
        (TradeRow, {"total": 1}),
        (TradeRow, {"wallet_amount": -1}),
        (TradeRow, {"stage": "lost"}),
        (TradeRow, {"stage": "paid"}),
        (LineRow, {"payable": 1}),
        (LineRow, {"quantity": 0}),
        (LineRow, {"shipped": 3}),
        (DiscountRow, {"merchant_part": 1}),
        (DiscountRow, {"platform_bps": 10_001}),
    ],
)
def test_the_tables_refuse_amounts_and_states_that_contradict_themselves(row: Any, values: dict[str, Any]) -> None:
    user_id = checkout.buyer()
    order = checkout.order(ids.new("trd", slot=9), user_id, lines=[checkout.line(ids.new("ord", slot=9), off=300)])
    with sql.session(key=user_id) as session:
        store.add(session, checkout.trade(user_id, [order]), [order], SYSTEM)

    with pytest.raises(IntegrityError), sql.session(key=user_id) as session:
        session.execute(update(row).where(row.slot == 9, row.user_id == user_id).values(**values))


def test_a_cart_is_ordered_once_unless_its_trade_was_cancelled() -> None:
    user_id = checkout.buyer()
    trade, _ = checkout.written(user_id, source="cart", cart_version=7)

    with sql.session(key=user_id) as session:
        with pytest.raises(AlreadyOrdered) as refused:
            store.placed_before(session, user_id, "another key", 7)
        assert refused.value.details["trade_id"] == trade.id
        assert store.placed_before(session, user_id, trade.key, 7) == trade
        assert store.placed_before(session, user_id, "another key", 8) is None
    with pytest.raises(IntegrityError):
        checkout.written(user_id, source="cart", cart_version=7)
    with sql.session(key=user_id) as session:
        store.update_trade(session, trade, clock.now(), stage=Stage.CANCELLED, reason="x")
        assert store.placed_before(session, user_id, "another key", 7) is None
    checkout.written(user_id, source="cart", cart_version=7)


def test_a_key_is_used_once() -> None:
    user_id = checkout.buyer()
    trade, _ = checkout.written(user_id)

    with pytest.raises(IntegrityError):
        checkout.written(user_id, key=trade.key)


def test_somebody_has_five_unpaid_trades_at_most() -> None:
    user_id = checkout.buyer()
    trades = [checkout.written(user_id)[0] for _ in range(5)]

    with sql.session(key=user_id) as session:
        with pytest.raises(TooManyUnpaid) as refused:
            store.placed_before(session, user_id, "one more", None)
        assert set(refused.value.details["trade_ids"]) == {trade.id for trade in trades}
        assert store.placed_before(session, user_id, trades[0].key, None) == trades[0]
        store.update_trade(session, trades[0], clock.now(), stage=Stage.CANCELLED)
        assert store.placed_before(session, user_id, "one more", None) is None


def test_a_trade_is_changed_by_compare_and_set() -> None:
    user_id = checkout.buyer()
    trade, _ = checkout.written(user_id)

    with sql.session(key=user_id) as session:
        changed = store.update_trade(session, trade, clock.now(), intent_id="pay_1")

    for late in (trade, replace(changed, stage=Stage.PAID)):
        with pytest.raises(Changed), sql.session(key=user_id) as session:
            store.update_trade(session, late, clock.now(), intent_id="pay_2")
    with sql.session(key=user_id) as session:
        assert store.trade(session, user_id, trade.id) == changed


def pay_twice(user_id: str, trade_id: str) -> str:
    """Pay an order, in a process of its own."""
    with sql.session(key=user_id) as session:
        orders = store.orders_of(session, user_id, trade_id)
        now = clock.now()
        service.change(session, orders, Act.PAY, SYSTEM, at=now, pay_status=PayStatus.PAID, paid_at=now)
    return "paid"


def test_of_four_at_once_one_pays(race: Callable[..., list[Any]]) -> None:
    user_id = checkout.buyer()
    trade, _ = checkout.written(user_id)

    results = race([(pay_twice, user_id, trade.id)] * 4)

    assert [result for result in results if result == "paid"] == ["paid"]
    assert all(isinstance(result, Changed | Refused) for result in results if result != "paid")
    assert len(news(user_id, "orders.OrderPaid")) == 1
