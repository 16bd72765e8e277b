"""Modifying prices: the payment is closed first, then everything that adds up to it is changed at once."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from mall import clock, errors, sql
from mall.money import Money
from mall.orders import rules, store
from mall.orders.life import service as life
from mall.orders.model import Actor, Discount, Line, Order, Stage, Trade
from mall.orders.paying import service as paying
from mall.orders.rules import Act
from mall.payments import service as payments
from mall.payments.model import IntentState

_LOOKS = 5


def modify_price(user_id: str, order_id: str, payable: Money, *, by: Actor, note: str = "") -> Order:
    """Let an order that is not paid come to `payable`, which is less than it does, and be paid anew.

    Raises OrderNotFound, Refused, NotYours, or payments' ChannelUnavailable.
    """
    for _ in range(_LOOKS):
        with sql.session(key=user_id) as session:
            order = store.order(session, user_id, order_id)
            trade = store.trade(session, user_id, order.trade_id)
        _check(order, payable, by)
        if trade.intent_id is not None:
            intent = payments.close_intent(trade.intent_id, paying.REPRICED)
            if intent.state is not IntentState.CLOSED:
                paying.confirm(user_id, trade.id)
                continue
        work = partial(_modify, seen=trade, order_id=order_id, payable=payable, by=by, note=note)
        changed = sql.retrying(work, key=user_id)
        if changed is not None:
            order, trade = changed
            if trade.intent_id is None and trade.stage is Stage.AWAITING_PAYMENT:
                paying.confirm(user_id, trade.id)
            return order
    raise errors.Unavailable("The trade keeps changing. Try again.")


def _check(order: Order, payable: Money, by: Actor) -> None:
    rules.rule_for(order, Act.MODIFY_PRICE, by.side)
    # What the wallet holds for the order stays held, and freight is no part of what is taken off.
    if not max(order.wallet_part, order.freight) <= payable < order.payable:
        raise rules.refusal(Act.MODIFY_PRICE, "not_lower", order)


def _modify(
    session: sql.Session, *, seen: Trade, order_id: str, payable: Money, by: Actor, note: str
) -> tuple[Order, Trade] | None:
    now = clock.now()
    trade = store.trade(session, seen.user_id, seen.id, lock=True)
    if trade.unpaid and (trade.intent_id, trade.stage) != (seen.intent_id, seen.stage):
        return None
    order = store.order(session, trade.user_id, order_id, lock=True)
    _check(order, payable, by)
    off = order.payable - payable
    weights = {line.id: line.payable.cents for line in order.lines}
    parts = off.allocate(weights)
    lines = tuple(
        _cheaper(session, trade.user_id, line, parts[line.id], order.version) if parts[line.id] else line
        for line in order.lines
    )
    (order,) = life.change(
        session,
        [replace(order, lines=lines)],
        Act.MODIFY_PRICE,
        by,
        at=now,
        note=note,
        discount=order.discount + off,
        payable=payable,
    )
    return order, _cheaper_trade(session, trade, off, now)


def _cheaper(session: sql.Session, user_id: str, line: Line, off: Money, version: int) -> Line:
    nothing = Money(0, off.currency)
    number = max((one.number for one in line.discounts), default=0) + 1
    row = Discount(number, f"price_change:{version}", "merchant_order", "merchant", 0, off, nothing, off)
    return store.add_discount(session, user_id, line, row)


def _cheaper_trade(session: sql.Session, trade: Trade, off: Money, now: datetime) -> Trade:
    total = trade.total - off
    due = total - trade.wallet_amount
    intent_id = None
    if trade.intent_id is not None and due:
        intent = payments.open_intent(
            session,
            user_id=trade.user_id,
            purpose=paying.PURPOSE,
            reference=f"{trade.id}.{trade.version + 1}",
            amount=due,
            subject=trade.id,
            expires_at=trade.pay_deadline,
        )
        intent_id = intent.id
    return store.update_trade(session, trade, now, discount=trade.discount + off, total=total, intent_id=intent_id)
