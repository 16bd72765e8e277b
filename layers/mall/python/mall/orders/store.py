"""Trades and orders in PostgreSQL: how they are found, locked and written. What may change is not decided here."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, or_, select, tuple_, update

from mall import ids, sql
from mall.orders import mapping
from mall.orders.model import (
    MOST_UNPAID_TRADES,
    Actor,
    AlreadyOrdered,
    Changed,
    Discount,
    Happened,
    Line,
    Order,
    OrderNotFound,
    Side,
    Stage,
    Status,
    TooManyUnpaid,
    Trade,
    TradeNotFound,
)
from mall.orders.tables import DiscountRow, EventRow, LineRow, OrderRow, TradeRow

_OUT_OF_SYNC = {"synchronize_session": False}
_UNPAID = (Stage.PLACING.value, Stage.AWAITING_PAYMENT.value)
_Change = tuple[Order, Mapping[str, Any], Mapping[str, Any]]


# --- placing


def placed_before(session: sql.Session, user_id: str, key: str, cart_version: int | None) -> Trade | None:
    """The trade that somebody placed with this Idempotency-Key; the session has locked the person.

    Raises TooManyUnpaid, or AlreadyOrdered when a trade that is not cancelled was made of this version of the cart.
    """
    live = (TradeRow.source == "cart") & (TradeRow.cart_version == cart_version) & (TradeRow.stage != Stage.CANCELLED)
    query = select(TradeRow).where(*_of(TradeRow, user_id), or_(TradeRow.key == key, TradeRow.stage.in_(_UNPAID), live))
    found = session.scalars(query).all()
    same = next((row for row in found if row.key == key), None)
    if same is not None:
        return mapping.trade(same)
    if cart_version is not None and (
        ordered := next((row for row in found if row.source == "cart" and row.cart_version == cart_version), None)
    ):
        raise AlreadyOrdered(trade_id=ordered.id)
    if sum(row.stage in _UNPAID for row in found) >= MOST_UNPAID_TRADES:
        raise TooManyUnpaid(trade_ids=[row.id for row in found if row.stage in _UNPAID])
    return None


def add(session: sql.Session, trade: Trade, orders: Sequence[Order], by: Actor) -> None:
    """Write down a new trade with its orders, one statement a table."""
    own = {"slot": ids.slot_of(trade.user_id), "user_id": trade.user_id}
    lines = [line for order in orders for line in order.lines]
    session.execute(insert(TradeRow), [mapping.columns(trade) | own])
    session.execute(insert(OrderRow), [mapping.columns(order) | own for order in orders])
    session.execute(insert(LineRow), [mapping.columns(line) | own for line in lines])
    discounts = [(order.id, line.id, one) for order in orders for line in order.lines for one in line.discounts]
    discounts += [(order.id, order.id, one) for order in orders for one in order.freight_discounts]
    _add_discounts(session, trade.user_id, discounts)
    created: list[_Change] = [
        (order, {}, {"status": order.status.value, "payable": order.payable.cents}) for order in orders
    ]
    add_events(session, created, act="create", by=by, note="", at=trade.created_at)


def _add_discounts(session: sql.Session, user_id: str, discounts: Sequence[tuple[str, str, Discount]]) -> None:
    """Write down discounts with their order and what they are taken off: a line, or the freight of the order."""
    rows = [
        mapping.columns(discount)
        | {"slot": ids.slot_of(user_id), "user_id": user_id, "order_id": order_id, "line_id": id}
        for order_id, id, discount in discounts
    ]
    if rows:
        session.execute(insert(DiscountRow), rows)


# --- finding


def trade(session: sql.Session, user_id: str, trade_id: str, *, lock: bool = False) -> Trade:
    """One of somebody's trades; `lock` keeps others from changing it until the end. Raises TradeNotFound."""
    check_own(user_id, trade_id, TradeNotFound)
    query = select(TradeRow).where(*_of(TradeRow, user_id), TradeRow.id == trade_id)
    found = session.scalars(query.with_for_update() if lock else query).first()
    if found is None:
        raise TradeNotFound
    return mapping.trade(found)


def order(session: sql.Session, user_id: str, order_id: str, *, lock: bool = False) -> Order:
    """One of somebody's orders with its lines. Raises OrderNotFound."""
    check_own(user_id, order_id, OrderNotFound)
    query = select(OrderRow).where(*_of(OrderRow, user_id), OrderRow.id == order_id)
    found = session.scalars(query.with_for_update() if lock else query).first()
    if found is None:
        raise OrderNotFound
    return with_lines(session, user_id, [mapping.order(found)])[0]


def orders_of(session: sql.Session, user_id: str, trade_id: str, *, lock: bool = False) -> list[Order]:
    """The orders of a trade with their lines, by id."""
    query = select(OrderRow).where(*_of(OrderRow, user_id), OrderRow.trade_id == trade_id).order_by(OrderRow.id)
    rows = session.scalars(query.with_for_update() if lock else query).all()
    return with_lines(session, user_id, [mapping.order(row) for row in rows])


def listed(
    session: sql.Session,
    user_id: str,
    *,
    statuses: Sequence[Status],
    limit: int,
    after: str | None,
    hidden: bool = False,
) -> list[Order]:
    """Somebody's orders, the newest first, below the id `after`; those deleted from their view only if `hidden`."""
    query = select(OrderRow).where(*_of(OrderRow, user_id))
    if not hidden:
        query = query.where(OrderRow.hidden_at.is_(None))
    if statuses:
        query = query.where(OrderRow.status.in_([status.value for status in statuses]))
    if after:
        query = query.where(OrderRow.id < after)
    rows = session.scalars(query.order_by(OrderRow.id.desc()).limit(limit)).all()
    return with_lines(session, user_id, [mapping.order(row) for row in rows])


def unpaid(session: sql.Session, user_id: str) -> list[str]:
    """The ids of somebody's trades that are neither paid nor cancelled."""
    return list(session.scalars(select(TradeRow.id).where(*_of(TradeRow, user_id), TradeRow.stage.in_(_UNPAID))))


def ids_of(session: sql.Session, user_id: str, trade_id: str) -> list[str]:
    """The ids of the orders of a trade."""
    query = select(OrderRow.id).where(*_of(OrderRow, user_id), OrderRow.trade_id == trade_id).order_by(OrderRow.id)
    return list(session.scalars(query))


def trades(session: sql.Session, user_id: str, trade_ids: Collection[str]) -> dict[str, Trade]:
    """Some of somebody's trades by id."""
    query = select(TradeRow).where(*_of(TradeRow, user_id), TradeRow.id.in_(sorted(trade_ids)))
    return {row.id: mapping.trade(row) for row in session.scalars(query)}


def counts(session: sql.Session, user_id: str, trade_ids: Collection[str]) -> Counter[str]:
    """How many orders each of these trades has."""
    query = select(OrderRow.trade_id).where(*_of(OrderRow, user_id), OrderRow.trade_id.in_(sorted(trade_ids)))
    return Counter(session.scalars(query))


def with_lines(session: sql.Session, user_id: str, orders: Sequence[Order]) -> list[Order]:
    """The orders with their lines and discounts, two statements for all of them."""
    if not orders:
        return []
    currencies = {order.id: order.currency for order in orders}
    discounts: dict[str, list[Discount]] = {}
    if any(order.discount or order.platform_part for order in orders):
        for row in session.scalars(
            select(DiscountRow)
            .where(*_of(DiscountRow, user_id), DiscountRow.order_id.in_(list(currencies)))
            .order_by(DiscountRow.line_id, DiscountRow.number)
        ):
            discounts.setdefault(row.line_id, []).append(mapping.discount(row, currencies[row.order_id]))
    lines: dict[str, list[Line]] = {id: [] for id in currencies}
    for line in session.scalars(
        select(LineRow)
        .where(*_of(LineRow, user_id), LineRow.order_id.in_(list(currencies)))
        .order_by(LineRow.order_id, LineRow.number)
    ):
        found = mapping.line(line, currencies[line.order_id], discounts.get(line.id, ()))
        lines[line.order_id].append(found)
    return [
        replace(order, lines=tuple(lines[order.id]), freight_discounts=tuple(discounts.get(order.id, ())))
        for order in orders
    ]


def history(session: sql.Session, user_id: str, order_id: str) -> list[Happened]:
    """What happened to an order, the first first."""
    rows = session.scalars(
        select(EventRow).where(*_of(EventRow, user_id), EventRow.order_id == order_id).order_by(EventRow.version)
    )
    return [Happened(row.at, Actor(Side(row.side), row.by), row.act, row.before, row.after, row.note) for row in rows]


# --- changing


def update_trade(session: sql.Session, trade: Trade, at: datetime, **values: Any) -> Trade:
    """Change a trade by compare-and-set on (stage, version). Raises Changed."""
    done: Any = session.execute(
        update(TradeRow)
        .where(
            *_is(TradeRow, trade.id),
            TradeRow.stage == trade.stage.value,
            TradeRow.version == trade.version,
        )
        .values(version=trade.version + 1, updated_at=at, **mapping.plain(values)),
        execution_options=_OUT_OF_SYNC,
    )
    if done.rowcount != 1:
        raise Changed(trade_id=trade.id)
    return replace(trade, version=trade.version + 1, updated_at=at, **values)


def set_token(session: sql.Session, trade_id: str, token: str | None) -> None:
    """Remember how the workflow that waits for the payment is woken."""
    session.execute(
        update(TradeRow).where(*_is(TradeRow, trade_id)).values(token=token), execution_options=_OUT_OF_SYNC
    )


def update_orders(session: sql.Session, orders: Sequence[Order], at: datetime, **values: Any) -> list[Order]:
    """Change orders by compare-and-set on (status, version), all of them or none. Raises Changed."""
    expected = [(order.id, order.status.value, order.version) for order in orders]
    done: Any = session.execute(
        update(OrderRow)
        .where(
            OrderRow.slot == ids.slot_of(orders[0].id),
            tuple_(OrderRow.id, OrderRow.status, OrderRow.version).in_(expected),
        )
        .values(version=OrderRow.version + 1, updated_at=at, **mapping.plain(values)),
        execution_options=_OUT_OF_SYNC,
    )
    if done.rowcount != len(orders):
        raise Changed(order_ids=[order.id for order in orders])
    return [replace(order, version=order.version + 1, updated_at=at, **values) for order in orders]


def update_line(session: sql.Session, line: Line, **values: Any) -> Line:
    """Change a line of an order that the session has locked."""
    session.execute(
        update(LineRow).where(*_is(LineRow, line.id)).values(**mapping.plain(values)), execution_options=_OUT_OF_SYNC
    )
    return replace(line, **values)


def add_discount(session: sql.Session, user_id: str, line: Line, discount: Discount) -> Line:
    """Take something more off a line of an order that the session has locked."""
    _add_discounts(session, user_id, [(line.order_id, line.id, discount)])
    changed = update_line(
        session, line, discount=line.discount + discount.amount, payable=line.payable - discount.amount
    )
    return replace(changed, discounts=(*line.discounts, discount))


def add_events(
    session: sql.Session, changes: Sequence[_Change], *, act: str, by: Actor, note: str, at: datetime
) -> None:
    """Write down what happened to orders (as they are now): what was before, and what is after."""
    session.execute(
        insert(EventRow),
        [
            {
                "slot": ids.slot_of(order.id),
                "order_id": order.id,
                "version": order.version,
                "user_id": order.user_id,
                "at": at,
                "side": by.side.value,
                "by": by.id,
                "act": act,
                "before": dict(before),
                "after": dict(after),
                "note": note,
            }
            for order, before, after in changes
        ],
    )


def changed_since(since: datetime, *, after: str, limit: int) -> list[tuple[str, str, str, int]]:
    """Orders of all shards that changed since then, by id: their ids, owners, merchants and versions."""
    query = select(OrderRow.id, OrderRow.user_id, OrderRow.merchant_id, OrderRow.version).where(
        OrderRow.updated_at >= since, OrderRow.id > after
    )
    with sql.session(read_only=True) as session:
        rows = session.execute(query.order_by(OrderRow.id).limit(limit), execution_options={"scatter": True}).all()
    return [(row.id, row.user_id, row.merchant_id, row.version) for row in rows]


def existing(order_ids: Sequence[str]) -> set[str]:
    """Those of the ids that are orders, on whatever shards."""
    with sql.session(read_only=True) as session:
        return set(session.scalars(select(OrderRow.id).where(OrderRow.id.in_(list(order_ids)))))


def check_own(user_id: str, id_: str, missing: type[Exception]) -> None:
    """Raise `missing` unless the id could be that of something of this user: the two carry the same slot."""
    try:
        own = ids.slot_of(id_) == ids.slot_of(user_id)
    except ids.MalformedId:
        own = False
    if not own:
        raise missing


def _of(row: Any, user_id: str) -> tuple[Any, ...]:
    # The slot is implied, but naming it lets PostgreSQL look into one partition instead of eight.
    return row.slot == ids.slot_of(user_id), row.user_id == user_id


def _is(row: Any, id_: str) -> tuple[Any, ...]:
    return row.slot == ids.slot_of(id_), row.id == id_
