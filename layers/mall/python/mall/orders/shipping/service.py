"""Sending and receiving orders, and moving the dates of both."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from mall import clock, errors, sql
from mall.orders import rules, store
from mall.orders.deadlines import store as deadlines
from mall.orders.life import service as life
from mall.orders.model import SYSTEM, Actor, Kind, Order, ShipStatus, Side, Status
from mall.orders.rules import Act

_Change = Callable[[sql.Session, Order, datetime], Order]


class NothingShipped(errors.Invalid):
    message = "Say how many pieces of which lines are sent."


def changed(user_id: str, order_id: str, change: _Change) -> Order:
    """Do `change` with one order that is locked meanwhile. Raises OrderNotFound."""

    def act(session: sql.Session) -> Order:
        return change(session, store.order(session, user_id, order_id, lock=True), clock.now())

    return sql.retrying(act, key=user_id)


def ship(user_id: str, order_id: str, quantities: Mapping[str, int], *, by: Actor) -> Order:
    """Send so many pieces of each line, by the line's id; of what was sent already, none again.

    Raises OrderNotFound, NothingShipped, Refused (also for more pieces than are left) or NotYours.
    """

    def act(session: sql.Session, order: Order, now: datetime) -> Order:
        rules.rule_for(order, Act.SHIP, by.side)
        lines = {line.id: line for line in order.lines}
        if not quantities or any(count < 1 for count in quantities.values()) or not quantities.keys() <= lines.keys():
            raise NothingShipped
        for id, count in quantities.items():
            if lines[id].shipped + count > lines[id].quantity:
                raise rules.refusal(Act.SHIP, "too_many", order, line_id=id)
        lines |= {
            id: store.update_line(session, lines[id], shipped=lines[id].shipped + count)
            for id, count in quantities.items()
        }
        order = replace(order, lines=tuple(lines.values()))
        if any(line.shipped < line.quantity for line in order.lines):
            return _sent_partly(session, order, by, now, sum(quantities.values()))
        (order,) = life.change(
            session,
            [order],
            Act.SHIP,
            by,
            at=now,
            to=Status.SHIPPED,
            ship_status=ShipStatus.SHIPPED,
            shipped_at=now,
        )
        deadlines.meet(session, [order.id], [Kind.SHIP], now)
        deadlines.put(session, [(order.id, Kind.RECEIPT, now + rules.LASTS[Kind.RECEIPT])], user_id)
        return order

    return changed(user_id, order_id, act)


def _sent_partly(session: sql.Session, order: Order, by: Actor, now: datetime, pieces: int) -> Order:
    note = f"{pieces} pieces"
    (order,) = life.change(
        session,
        [order],
        Act.SHIP,
        by,
        at=now,
        to=Status.PARTIALLY_SHIPPED,
        ship_status=ShipStatus.PARTIAL,
        note=note,
    )
    return order


def postpone_ship(user_id: str, order_id: str, until: datetime, *, by: Actor, reason: str) -> Order:
    """Let the merchant send an order until later; its buyer may then cancel it freely.

    Raises OrderNotFound, Refused or NotYours.
    """

    def act(session: sql.Session, order: Order, now: datetime) -> Order:
        rules.rule_for(order, Act.POSTPONE_SHIP, by.side)
        current = deadlines.current(session, order.id, Kind.SHIP)
        before = now if current is None else current.due_at
        if until <= before:
            raise rules.refusal(Act.POSTPONE_SHIP, "not_later", order)
        if until > max(before, now) + rules.SHIP_POSTPONED_MOST:
            raise rules.refusal(Act.POSTPONE_SHIP, "too_late", order)
        deadlines.put(session, [(order.id, Kind.SHIP, until)], user_id)
        (order,) = life.change(
            session, [order], Act.POSTPONE_SHIP, by, at=now, note=reason, ship_postponed=order.ship_postponed + 1
        )
        return order

    return changed(user_id, order_id, act)


def postpone_delivery(user_id: str, order_id: str, day: date) -> Order:
    """Have an order delivered on a later day. Raises OrderNotFound, Refused or NotYours."""
    by = Actor(Side.BUYER, user_id)

    def act(session: sql.Session, order: Order, now: datetime) -> Order:
        rules.rule_for(order, Act.POSTPONE_DELIVERY, by.side)
        earliest = date.fromisoformat(order.delivery_date) if order.delivery_date else now.date()
        if day <= earliest:
            raise rules.refusal(Act.POSTPONE_DELIVERY, "not_later", order)
        if day > now.date() + rules.DELIVERY_LATEST:
            raise rules.refusal(Act.POSTPONE_DELIVERY, "too_late", order)
        current = deadlines.current(session, order.id, Kind.SHIP)
        wanted = datetime.combine(day, time(), UTC)
        if current is None or wanted > current.due_at:
            deadlines.put(session, [(order.id, Kind.SHIP, wanted)], user_id)
        (order,) = life.change(session, [order], Act.POSTPONE_DELIVERY, by, at=now, delivery_date=day.isoformat())
        return order

    return changed(user_id, order_id, act)


def modify_address(user_id: str, order_id: str, address: Mapping[str, Any], *, by: Actor, note: str = "") -> Order:
    """Have an order sent elsewhere, as long as nothing of it is sent. Raises OrderNotFound, Refused or NotYours."""

    def act(session: sql.Session, order: Order, now: datetime) -> Order:
        (order,) = life.change(session, [order], Act.MODIFY_ADDRESS, by, at=now, note=note, address=address)
        return order

    return changed(user_id, order_id, act)


def postpone_receipt(user_id: str, order_id: str) -> Order:
    """Confirm the receipt of an order a week later than it would be taken for received.

    Raises OrderNotFound, Refused or NotYours.
    """
    by = Actor(Side.BUYER, user_id)

    def act(session: sql.Session, order: Order, now: datetime) -> Order:
        rules.rule_for(order, Act.POSTPONE_RECEIPT, by.side)
        current = deadlines.current(session, order.id, Kind.RECEIPT)
        if current is None or current.due_at <= now:
            raise rules.refusal(Act.POSTPONE_RECEIPT, "deadline_over", order)
        deadlines.put(session, [(order.id, Kind.RECEIPT, current.due_at + rules.RECEIPT_POSTPONED)], user_id)
        (order,) = life.change(
            session, [order], Act.POSTPONE_RECEIPT, by, at=now, receipt_postponed=order.receipt_postponed + 1
        )
        return order

    return changed(user_id, order_id, act)


def confirm_receipt(user_id: str, order_id: str, *, by: Actor) -> Order:
    """Say that an order has arrived; a repetition changes nothing. Raises OrderNotFound, Refused or NotYours."""

    def act(session: sql.Session, order: Order, now: datetime) -> Order:
        if order.status is Status.COMPLETED:
            return order
        return _received(session, order, by, now)

    return changed(user_id, order_id, act)


def _received(session: sql.Session, order: Order, by: Actor, now: datetime) -> Order:
    (order,) = life.change(
        session,
        [order],
        Act.CONFIRM_RECEIPT,
        by,
        at=now,
        ship_status=ShipStatus.RECEIVED,
        completed_at=now,
    )
    deadlines.meet(session, [order.id], [Kind.RECEIPT], now)
    deadlines.put(session, [(order.id, Kind.AFTERSALE, now + rules.LASTS[Kind.AFTERSALE])], order.user_id)
    return order


def received_by_time(session: sql.Session, order: Order, now: datetime) -> None:
    """The receipt was not confirmed in time. Raises Refused while an after-sale is open."""
    _received(session, order, SYSTEM, now)


def close(session: sql.Session, order: Order, now: datetime) -> None:
    """The time in which goods may be sent back is over. Raises Refused while an after-sale is open."""
    life.change(session, [order], Act.CLOSE, SYSTEM, at=now)
    deadlines.meet(session, [order.id], [Kind.AFTERSALE], now)


def overdue(session: sql.Session, order: Order, now: datetime) -> None:
    """The order was not sent in time: its buyer may cancel it freely from now on."""
    life.change(session, [order], Act.MARK_OVERDUE, SYSTEM, at=now, overdue=True)
    deadlines.meet(session, [order.id], [Kind.SHIP], now)
