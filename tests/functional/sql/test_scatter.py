"""What is read from several shards is what one database with all the rows would answer."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import and_, create_engine, exists, func, not_, or_, select, union_all
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from mall import ids, sql
from mall.sql import slots
from mall.sql.base import kind_of
from tests.fixtures.shop import Line, Note, Order, Table, buyer, line_of, order_of

SCATTER = {"scatter": True}
BUYERS = [buyer(slot) for slot in (3, 500, 515, 1000)]
# Making an example smaller takes minutes here: each try fills three databases.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
REFUSALS = (sql.ShardingKeyMissing, sql.CrossShard, sql.NotMergeable)

Whole = Callable[[], Session]


@pytest.fixture
def whole(shop: list[str], postgres: Any) -> Iterator[Whole]:
    """Opens a session of a database that is not divided: what is right is what it answers."""
    [url] = postgres.urls(f"{make_url(shop[0]).database}_whole")
    engine = create_engine(url)
    Table.metadata.create_all(engine)
    yield lambda: Session(engine)
    engine.dispose()


def fill(whole: Whole, orders: list[dict[str, Any]], lines: list[dict[str, Any]]) -> None:
    """Put the same rows, and no others, on the shards and in the whole database."""
    from mall.sql import shards

    places = slots.configured()
    for shard in range(2):
        with shards.engine(shard).begin() as connection:
            for table, rows in ((Order, orders), (Line, lines)):
                connection.execute(Table.metadata.tables[table.__tablename__].delete())
                mine = [row for row in rows if places.shard_of(row["slot"]) == shard]
                if mine:
                    connection.execute(Table.metadata.tables[table.__tablename__].insert(), mine)
    with whole() as session:
        for table in (Line, Order):
            session.execute(Table.metadata.tables[table.__tablename__].delete())
        for table, rows in ((Order, orders), (Line, lines)):
            if rows:
                session.execute(Table.metadata.tables[table.__tablename__].insert(), rows)
        session.commit()


def as_row(entity: Any) -> dict[str, Any]:
    """The columns of an entity that was not stored."""
    row = {column.name: getattr(entity, column.name) for column in entity.__table__.c}
    kind = kind_of(entity.__table__)
    assert kind is not None
    return {**row, "slot": kind.slot_of(row[kind.key])}


def orders_and_lines() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows whose other columns match across buyers and shards, so that a wrong join shows."""
    dice = random.Random(1)
    orders = [order_of(user, total=dice.choice([None, 1, 2])) for user in BUYERS for _ in range(3)]
    lines = [line_of(order, quantity=dice.choice([None, 1, 2])) for order in orders for _ in range(dice.randrange(3))]
    return [as_row(order) for order in orders], [as_row(line) for line in lines]


# --- order and limit

_COLUMNS = {
    "total": st.none() | st.integers(-2, 2) | st.sampled_from([2**62, -(2**62)]),
    "weight": st.none() | st.sampled_from([0.0, 1.5, -1.5, float("inf"), float("-inf"), float("nan")]),
    "region": st.none() | st.sampled_from(["", "a", "B", "b", "ab", "é", "广州", "ä"]),
    "placed_at": st.none() | st.sampled_from([datetime(2024, 1, day, tzinfo=UTC) for day in (1, 2, 3)]),
}
_ROW = st.fixed_dictionaries({"user": st.sampled_from(BUYERS), **_COLUMNS})
_ORDER = st.tuples(
    st.sampled_from(["total", "weight", "region", "placed_at"]),
    st.sampled_from(["", "asc", "desc"]),
    st.sampled_from(["", "nulls_first", "nulls_last"]),
    st.booleans(),
)


def _ordered(entity: Any, order: tuple[str, str, str, bool]) -> Any:
    name, direction, nulls, computed = order
    element = getattr(entity, name)
    if computed and name == "total":
        element = -func.coalesce(element, 0)
    elif computed and name == "region":
        element = func.lower(element)
    if direction:
        element = getattr(element, direction)()
    return getattr(element, nulls)() if nulls else element


def test_order_and_limit_are_those_of_one_database(whole: Whole) -> None:
    @settings(max_examples=40, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
    @given(
        rows=st.lists(_ROW, max_size=12),
        orders=st.lists(_ORDER, max_size=3),
        limit=st.none() | st.integers(0, 8),
        aliased_=st.booleans(),
        users=st.none() | st.lists(st.sampled_from(BUYERS), max_size=4),
    )
    def check(rows: list[Any], orders: list[Any], limit: int | None, aliased_: bool, users: list[str] | None) -> None:
        stored = [as_row(order_of(row["user"], **{name: row[name] for name in _COLUMNS})) for row in rows]
        fill(whole, stored, [])
        entity = aliased(Order) if aliased_ else Order
        keys = [getattr(entity, name) for name in _COLUMNS]
        by = [_ordered(entity, order) for order in orders]
        criteria = [] if users is None else [entity.user_id.in_(users)]
        total = select(entity.id).where(*criteria).order_by(*by, entity.id).limit(limit)
        ties = select(entity, *keys).where(*criteria).order_by(*by)

        with whole() as one, sql.session(read_only=True) as session:
            options = {} if users is not None else SCATTER
            assert session.scalars(total, execution_options=options).all() == one.scalars(total).all()
            # Where rows tie their order is free: what they are sorted by agrees at each place, and all rows are there.
            some = session.execute(ties.limit(limit), execution_options=options).all()
            expected = one.execute(ties.limit(limit)).all()
            assert [[_plain(row._mapping[name], order) for order in orders if (name := order[0])] for row in some] == [
                [_plain(row._mapping[name], order) for order in orders if (name := order[0])] for row in expected
            ]
            assert len({row[0].id for row in some}) == len(some)
            every = session.execute(ties, execution_options=options).all()
            assert sorted(row[0].id for row in every) == sorted(row[0].id for row in one.execute(ties))
            assert {row[0].id for row in some} <= {row[0].id for row in every}
            assert all(row[0].region == row.region for row in every)

    check()


def _plain(value: Any, order: tuple[str, str, str, bool]) -> str:
    if order[3] and order[0] == "total":
        value = value or 0
    if order[3] and order[0] == "region" and value is not None:
        value = value.lower()
    return repr(value)


def test_aggregates_are_those_of_one_database(whole: Whole) -> None:
    statement = select(
        func.count(),
        func.count(Order.total).label("filled"),
        func.sum(Order.total),
        func.min(Order.total),
        func.max(Order.placed_at),
    )

    @settings(max_examples=15, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
    @given(rows=st.lists(_ROW, max_size=6))
    def check(rows: list[Any]) -> None:
        fill(whole, [as_row(order_of(row["user"], **{name: row[name] for name in _COLUMNS})) for row in rows], [])
        with whole() as one, sql.session(read_only=True) as session:
            found = session.execute(statement.select_from(Order), execution_options=SCATTER).one()
            assert tuple(found) == tuple(one.execute(statement.select_from(Order)).one())
            assert found.filled == found[1]

    check()


# --- any statement: answered right, or refused


@st.composite
def _criteria(draw: Any, order: Any, line: Any) -> Any:
    atoms = [
        order.user_id == draw(st.sampled_from(BUYERS)),
        order.user_id.in_(draw(st.lists(st.sampled_from(BUYERS), max_size=3))),
        order.slot == draw(st.sampled_from([3, 500, 515])),
        order.total == draw(st.integers(1, 2)),
        order.total.is_(None),
        not_(order.user_id == draw(st.sampled_from(BUYERS))),
    ]
    if line is not None:
        atoms += [
            line.user_id == draw(st.sampled_from(BUYERS)),
            line.quantity == draw(st.integers(1, 2)),
            line.id.is_(None),
            line.order_id == order.id,
            line.quantity == order.total,
        ]
    picked = draw(st.lists(st.sampled_from(atoms), max_size=3))
    either = draw(st.lists(st.sampled_from(atoms), max_size=2))
    return and_(True, *picked, *([or_(*either)] if either else []))  # type: ignore[arg-type]


@st.composite
def _statements(draw: Any) -> Any:  # noqa: PLR0911  (one for each shape)
    order, line = draw(st.sampled_from([(Order, Line), (aliased(Order), aliased(Line))]))
    tie = draw(
        st.sampled_from(
            [
                line.order_id == order.id,
                and_(line.order_id == order.id, line.slot == order.slot),
                line.user_id == order.user_id,
                line.quantity == order.total,
                or_(line.order_id == order.id, line.quantity == order.total),
                and_(line.order_id == order.id, order.user_id == BUYERS[0]),
                and_(line.user_id == BUYERS[1], order.user_id == BUYERS[0]),
            ]
        )
    )
    inner = draw(_criteria(order, None))
    shape = draw(st.integers(0, 12))
    if shape == 0:
        return select(order.id, order.total).where(inner)
    if shape == 1:
        return select(order.id, line.id).join(line, tie).where(draw(_criteria(order, line)))
    if shape == 2:
        return select(order.id, line.id).outerjoin(line, tie).where(draw(_criteria(order, line)))
    if shape == 3:
        third = aliased(Line)
        chain = select(order.id, line.id, third.id).outerjoin(line, tie)
        on = draw(st.sampled_from([third.order_id == line.order_id, third.order_id == order.id, third.id == line.id]))
        return chain.join(third, on, isouter=draw(st.booleans())).where(draw(_criteria(order, line)))
    if shape == 4:
        some = exists().where(tie, draw(_criteria(order, line)))
        return select(order.id).where(draw(st.sampled_from([some, not_(some), or_(some, order.total == 1)])), inner)
    if shape == 5:
        column = draw(st.sampled_from([(order.id, line.order_id), (order.total, line.quantity)]))
        within = column[0].in_(select(column[1]).where(line.user_id.in_(BUYERS[: draw(st.integers(0, 4))])))
        return select(order.id).where(draw(st.sampled_from([within, not_(within), or_(within, inner)])), inner)
    if shape == 6:
        return select(order.id, select(func.count()).where(tie).scalar_subquery()).where(inner)
    if shape == 7:
        return select(order.id, select(func.max(line.quantity)).scalar_subquery()).where(inner)
    if shape == 8:
        limited = select(order).where(inner).order_by(order.id).limit(draw(st.sampled_from([None, 1, 2]))).subquery()
        return (
            select(limited.c.id, line.id)
            .join(line, line.order_id == limited.c.id)
            .where(draw(st.sampled_from([limited.c.user_id == BUYERS[2], limited.c.total == 1])))
        )
    if shape == 9:
        grouped = select(line.order_id, func.count().label("lines")).group_by(line.order_id).subquery()
        return select(order.id, grouped.c.lines).join(grouped, grouped.c.order_id == order.id).where(inner)
    if shape == 10:
        return select(func.count()).select_from(select(order.id).where(inner).subquery())
    if shape == 11:
        return union_all(select(order.id).where(inner), select(line.id).where(line.user_id == BUYERS[0]))
    return select(func.count(), func.sum(order.total + 1)).where(inner)


def test_a_statement_is_answered_as_by_one_database_or_refused(whole: Whole) -> None:
    fill(whole, *orders_and_lines())
    answered = 0

    @settings(max_examples=300, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
    @given(statement=_statements(), scattered=st.booleans(), read_only=st.booleans())
    def check(statement: Any, scattered: bool, read_only: bool) -> None:
        nonlocal answered
        try:
            with sql.session(read_only=read_only) as session:
                found = session.execute(statement, execution_options={"scatter": scattered}).all()
        except REFUSALS as refusal:
            event(type(refusal).__name__)
            return
        event("answered")
        answered += 1
        with whole() as one:
            assert sorted(map(repr, found)) == sorted(map(repr, one.execute(statement).all()))

    check()
    assert answered > 50


# --- what else a scattered read does


def test_entities_and_their_relationships_come_from_their_shards(shop: list[str]) -> None:
    for user in BUYERS:
        order = order_of(user, total=1)
        with sql.session() as session:
            session.add(order)
            session.flush()
            session.add_all([line_of(order), line_of(order)])

    with sql.session(read_only=True) as session:
        found = session.scalars(select(Order).options(selectinload(Order.lines)), execution_options=SCATTER).all()
        assert [len(order.lines) for order in found] == [2, 2, 2, 2]
        lazily = session.scalars(select(Order).order_by(Order.user_id).limit(3), execution_options=SCATTER).all()
        assert [order.user_id for order in lazily] == sorted(BUYERS)[:3]
        assert {order.lines[0].user_id for order in lazily} == set(sorted(BUYERS)[:3])


@pytest.mark.parametrize(
    "statement",
    [
        select(Order.total).distinct(),
        select(Order.total, func.count()).group_by(Order.total),
        select(Order).offset(3),
        select(Order).with_for_update(),
        select(func.avg(Order.total)),
        select(func.count(Order.total.distinct())),
        select(func.min(Order.region)),
        select(func.count(), Order.total),
        select(Order.id, func.row_number().over()),
        select(Order).order_by(func.random()),
        select(func.count()).select_from(select(Order).limit(3).subquery()),
        union_all(select(Order.id), select(Line.id)),
        select(Order).options(joinedload(Order.lines)),
        select(Order).options(joinedload(Order.lines)).limit(3),
    ],
)
def test_what_cannot_be_merged_right_is_refused(shop: list[str], statement: Any) -> None:
    with pytest.raises((sql.NotMergeable, sql.CrossShard)), sql.session(read_only=True) as session:
        session.execute(statement, execution_options=SCATTER)


def test_a_scattered_read_that_concerns_one_shard_is_not_limited_in_form(shop: list[str]) -> None:
    statement = select(Note.order_id, func.count()).where(Note.user_id == BUYERS[0]).group_by(Note.order_id).offset(0)

    with sql.session(read_only=True) as session:
        assert session.execute(statement, execution_options=SCATTER).all() == []
        assert session.scalar(select(func.count()).select_from(Note), execution_options=SCATTER) == 0
        assert ids.slot_of(BUYERS[0]) == 3
