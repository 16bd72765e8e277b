"""Trades and orders in PostgreSQL: how they are found, locked and written. What may change is not decided here."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, insert, literal_column, or_, select, update

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

_UNPAID = (Stage.PLACING.value, Stage.AWAITING_PAYMENT.value)

# Constants are written out in these statements, so that PostgreSQL sees which of its partial indexes serve.
_is_unpaid = TradeRow.stage.in_([literal_column(f"'{stage}'") for stage in _UNPAID])
_is_live = and_(TradeRow.source == literal_column("'cart'"), TradeRow.stage != literal_column("'cancelled'"))
# The slot is implied, but naming it lets PostgreSQL look into one partition instead of eight.
_own_trades = sql.given(TradeRow.slot, TradeRow.user_id)
_own_orders = sql.given(OrderRow.slot, OrderRow.user_id)

_PLACED = sql.prepared(
    select(TradeRow).where(
        _own_trades,
        or_(sql.given(TradeRow.key), _is_unpaid, and_(sql.given(TradeRow.cart_version), _is_live)),
    )
)
_TRADE = sql.prepared(select(TradeRow).where(_own_trades, sql.given(TradeRow.id)))
_TRADE_LOCKED = _TRADE.locked()
_TRADES = sql.prepared(select(TradeRow).where(_own_trades, sql.given_any(TradeRow.id)))
_UNPAID_TRADES = sql.prepared(select(TradeRow.id).where(_own_trades, _is_unpaid))
_ORDER = sql.prepared(select(OrderRow).where(_own_orders, sql.given(OrderRow.id)))
_ORDER_LOCKED = _ORDER.locked()
_ORDERS_OF = sql.prepared(select(OrderRow).where(_own_orders, sql.given(OrderRow.trade_id)).order_by(OrderRow.id))
_ORDERS_OF_LOCKED = _ORDERS_OF.locked()
_IDS_OF = sql.prepared(select(OrderRow.id).where(_own_orders, sql.given(OrderRow.trade_id)).order_by(OrderRow.id))
_TRADES_OF = sql.prepared(select(OrderRow.trade_id).where(_own_orders, sql.given_any(OrderRow.trade_id)))
_LINES = sql.prepared(
    select(LineRow)
    .where(sql.given(LineRow.slot, LineRow.user_id), sql.given_any(LineRow.order_id))
    .order_by(LineRow.order_id, LineRow.number)
)
_DISCOUNTS = sql.prepared(
    select(DiscountRow)
    .where(sql.given(DiscountRow.slot, DiscountRow.user_id), sql.given_any(DiscountRow.order_id))
    .order_by(DiscountRow.line_id, DiscountRow.number)
)
_HISTORY = sql.prepared(
    select(EventRow).where(sql.given(EventRow.slot, EventRow.user_id, EventRow.order_id)).order_by(EventRow.version)
)
_ADD_TRADE = sql.prepared(insert(TradeRow))
_ADD_ORDERS = sql.prepared(insert(OrderRow))
_ADD_LINES = sql.prepared(insert(LineRow))
_ADD_DISCOUNTS = sql.prepared(insert(DiscountRow))
_ADD_EVENTS = sql.prepared(insert(EventRow))
_CHANGE_TRADE = sql.prepared(
    update(TradeRow).where(sql.given(TradeRow.slot, TradeRow.id, TradeRow.stage, TradeRow.version))
)
_CHANGE_ORDER = sql.prepared(
    update(OrderRow).where(sql.given(OrderRow.slot, OrderRow.id, OrderRow.status, OrderRow.version))
)
_CHANGE_LINE = sql.prepared(update(LineRow).where(sql.given(LineRow.slot, LineRow.id)))

_Change = tuple[Order, Mapping[str, Any], Mapping[str, Any]]


# --- placing


def placed_before(session: sql.Session, user_id: str, key: str, cart_version: int | None) -> Trade | None:
    """The trade that somebody placed with this Idempotency-Key; the session has locked the person.

    Raises TooManyUnpaid, or AlreadyOrdered when a trade that is not cancelled was made of this version of the cart.
    """
    found = _PLACED(session, user_id=user_id, key=key, cart_version=cart_version).all()
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
    own = {"user_id": trade.user_id}
    lines = [line for order in orders for line in order.lines]
    _ADD_TRADE.soon(session, mapping.columns(trade) | own)
    _ADD_ORDERS.soon(session, [mapping.columns(order) | own for order in orders])
    _ADD_LINES.soon(session, [mapping.columns(line) | own for line in lines])
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
        mapping.columns(discount) | {"user_id": user_id, "order_id": order_id, "line_id": id}
        for order_id, id, discount in discounts
    ]
    if rows:
        _ADD_DISCOUNTS.soon(session, rows)


# --- finding


def trade(session: sql.Session, user_id: str, trade_id: str, *, lock: bool = False) -> Trade:
    """One of somebody's trades; `lock` keeps others from changing it until the end. Raises TradeNotFound."""
    check_own(user_id, trade_id, TradeNotFound)
    found = (_TRADE_LOCKED if lock else _TRADE)(session, user_id=user_id, id=trade_id).first()
    if found is None:
        raise TradeNotFound
    return mapping.trade(found)


def order(session: sql.Session, user_id: str, order_id: str, *, lock: bool = False) -> Order:
    """One of somebody's orders with its lines. Raises OrderNotFound."""
    check_own(user_id, order_id, OrderNotFound)
    found = (_ORDER_LOCKED if lock else _ORDER)(session, user_id=user_id, id=order_id).first()
    if found is None:
        raise OrderNotFound
    return with_lines(session, user_id, [mapping.order(found)])[0]


def orders_of(session: sql.Session, user_id: str, trade_id: str, *, lock: bool = False) -> list[Order]:
    """The orders of a trade with their lines, by id."""
    rows = (_ORDERS_OF_LOCKED if lock else _ORDERS_OF)(session, user_id=user_id, trade_id=trade_id).all()
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


def addressed(session: sql.Session, user_id: str, statuses: Sequence[Status], most: int) -> list[Order]:
    """Some of somebody's orders of these statuses that say who lives where, locked."""
    query = select(OrderRow).where(
        *_of(OrderRow, user_id), OrderRow.status.in_(statuses), OrderRow.address.has_key("recipient")
    )
    rows = session.scalars(query.order_by(OrderRow.id).limit(most).with_for_update()).all()
    return with_lines(session, user_id, [mapping.order(row) for row in rows])


def unpaid(session: sql.Session, user_id: str) -> list[str]:
    """The ids of somebody's trades that are neither paid nor cancelled."""
    return _UNPAID_TRADES(session, user_id=user_id).scalars()


def ids_of(session: sql.Session, user_id: str, trade_id: str) -> list[str]:
    """The ids of the orders of a trade."""
    return _IDS_OF(session, user_id=user_id, trade_id=trade_id).scalars()


def trades(session: sql.Session, user_id: str, trade_ids: Collection[str]) -> dict[str, Trade]:
    """Some of somebody's trades by id."""
    return {row.id: mapping.trade(row) for row in _TRADES(session, user_id=user_id, id=list(trade_ids))}


def counts(session: sql.Session, user_id: str, trade_ids: Collection[str]) -> Counter[str]:
    """How many orders each of these trades has."""
    return Counter(_TRADES_OF(session, user_id=user_id, trade_id=list(trade_ids)).scalars())


def with_lines(session: sql.Session, user_id: str, orders: Sequence[Order]) -> list[Order]:
    """The orders with their lines and discounts, two statements for all of them."""
    if not orders:
        return []
    currencies = {order.id: order.currency for order in orders}
    discounts: dict[str, list[Discount]] = {}
    if any(order.discount or order.platform_part for order in orders):
        for row in _DISCOUNTS(session, user_id=user_id, order_id=list(currencies)):
            discounts.setdefault(row.line_id, []).append(mapping.discount(row, currencies[row.order_id]))
    lines: dict[str, list[Line]] = {id: [] for id in currencies}
    for line in _LINES(session, user_id=user_id, order_id=list(currencies)):
        found = mapping.line(line, currencies[line.order_id], discounts.get(line.id, ()))
        lines[line.order_id].append(found)
    return [
        replace(order, lines=tuple(lines[order.id]), freight_discounts=tuple(discounts.get(order.id, ())))
        for order in orders
    ]


def history(session: sql.Session, user_id: str, order_id: str) -> list[Happened]:
    """What happened to an order, the first first."""
    rows = _HISTORY(session, user_id=user_id, order_id=order_id)
    return [Happened(row.at, Actor(Side(row.side), row.by), row.act, row.before, row.after, row.note) for row in rows]


# --- changing


def update_trade(session: sql.Session, trade: Trade, at: datetime, **values: Any) -> Trade:
    """Change a trade by compare-and-set on (stage, version), soon; Changed is raised then."""
    changes = {"version": trade.version + 1, "updated_at": at, **mapping.plain(values)}
    seen = {"id": trade.id, "stage": trade.stage.value, "version": trade.version}
    _CHANGE_TRADE.soon(session, changes, **seen, unless=Changed(trade_id=trade.id))
    return replace(trade, version=trade.version + 1, updated_at=at, **values)


def update_orders(session: sql.Session, orders: Sequence[Order], at: datetime, **values: Any) -> list[Order]:
    """Change orders by compare-and-set on (status, version), all of them or none. Raises Changed."""
    changes = {"updated_at": at, **mapping.plain(values)}
    for order in orders:
        written = {**changes, "version": order.version + 1}
        # Not soon: what is written about an order that somebody else has changed would fail for another reason.
        done = _CHANGE_ORDER(session, written, id=order.id, status=order.status.value, version=order.version)
        if done.rowcount != 1:
            raise Changed(order_ids=[order.id])
    return [replace(order, version=order.version + 1, updated_at=at, **values) for order in orders]


def update_line(session: sql.Session, line: Line, **values: Any) -> Line:
    """Change a line of an order that the session has locked."""
    _CHANGE_LINE.soon(session, mapping.plain(values), id=line.id)
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
    _ADD_EVENTS.soon(
        session,
        [
            {
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
