"""Plain writes take a shorter way to their connection, and nobody can tell by what they do."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Mapped, mapped_column, object_session

from mall import clock, ids, sql
from mall.sql.errors import CrossShard, ReadOnly, WrongSlot
from tests.fixtures.shop import Order, Table, buyer, order_of

# An option of its own makes a statement one that is not plain.
LONG = {"mall_test": "the long way"}


class Parcel(Table, sql.ByBuyer):
    """A row with defaults, JSON, and an attribute that is called otherwise than its column."""

    __tablename__ = "shop_parcel"
    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    weight: Mapped[int | None] = mapped_column("weight_g")
    stops: Mapped[Any] = mapped_column(JSONB)
    colour: Mapped[str] = mapped_column(default="brown")
    note: Mapped[str | None]
    sent_at: Mapped[datetime | None]


def parcel(user_id: str, **values: Any) -> dict[str, Any]:
    return {"id": ids.new("par", slot=ids.slot_of(user_id)), "user_id": user_id, "stops": ["深圳"], **values}


def stored(user_id: str) -> list[tuple[Any, ...]]:
    columns = (Parcel.slot, Parcel.weight, Parcel.stops, Parcel.colour, Parcel.note, Parcel.sent_at)
    with sql.session(key=user_id) as session:
        return [
            tuple(row) for row in session.execute(select(*columns).where(Parcel.user_id == user_id).order_by(Parcel.id))
        ]


class Taken:
    """Which ways writes took: how many were plain, by what SQLAlchemy's sessions leave with a statement of theirs."""

    def __init__(self) -> None:
        self.plain = 0

    def note(self, connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        written = statement.startswith(("INSERT", "UPDATE", "DELETE"))
        self.plain += written and not any(name.startswith("_sa_orm") for name in context.execution_options)


@pytest.fixture
def taken() -> Iterator[Taken]:
    noted = Taken()
    event.listen(Engine, "before_cursor_execute", noted.note)
    yield noted
    event.remove(Engine, "before_cursor_execute", noted.note)


AT = datetime.fromisoformat("2030-01-05T12:00:00+00:00")
VALUES: list[dict[str, Any]] = [
    {"weight": 5, "note": "fragile", "sent_at": AT},
    {"weight": None, "note": None, "stops": None},
    {"stops": {"first": None, "then": [1, 2]}, "colour": "red"},
]


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("listed", [False, True])
def test_an_insert_writes_the_same_either_way(
    shop: list[str], taken: Taken, values: dict[str, Any], listed: bool
) -> None:
    one, other = buyer(7), buyer(7)

    def write(user_id: str, options: dict[str, Any]) -> None:
        row = parcel(user_id, **values)
        with sql.session(key=user_id) as session:
            if listed:
                session.execute(insert(Parcel), [row], execution_options=options)
            else:
                session.execute(insert(Parcel).values(**row), execution_options=options)

    write(one, {})
    write(other, LONG)

    assert taken.plain == 1
    assert stored(one) == stored(other)


def test_rows_of_different_columns_are_inserted_together(shop: list[str], taken: Taken) -> None:
    user_id = buyer(9)

    with sql.session(key=user_id) as session:
        session.execute(insert(Parcel), [parcel(user_id, **values) for values in (*VALUES, *VALUES)])

    # As they come: those that name the same columns one after the other would be one statement.
    assert taken.plain == 6
    assert len(stored(user_id)) == 6
    assert [row[3] for row in stored(user_id)].count("brown") == 4


def test_an_insert_finds_its_shard_without_a_key(shop: list[str], taken: Taken) -> None:
    low, high = buyer(3), buyer(900)

    for user_id in (low, high):
        with sql.session() as session:
            session.execute(insert(Parcel).values(**parcel(user_id)))

    assert (len(stored(low)), len(stored(high)), taken.plain) == (1, 1, 2)


def test_several_rows_of_values_are_written_as_they_are_given(shop: list[str], taken: Taken) -> None:
    one, other = buyer(21), buyer(21)

    for user_id, options in ((one, {}), (other, LONG)):
        with sql.session(key=user_id) as session:
            rows = [parcel(user_id, note=None, weight=weight, stops=stops) for weight, stops in ((1, None), (2, []))]
            session.execute(insert(Parcel).values(rows), execution_options=options)

    assert taken.plain == 1
    assert sorted(stored(one), key=lambda row: row[1]) == sorted(stored(other), key=lambda row: row[1])


def test_what_an_insert_may_not_write_is_refused_either_way(shop: list[str]) -> None:
    low, high = buyer(3), buyer(900)

    for options in ({}, LONG):
        with pytest.raises(WrongSlot), sql.session() as session:
            wrong = parcel(low) | {"id": ids.new("par", slot=900)}
            session.execute(insert(Parcel).values(**wrong), execution_options=options)
        with pytest.raises(CrossShard), sql.session() as session:
            session.execute(insert(Parcel), [parcel(low), parcel(high)], execution_options=options)
        with pytest.raises(ReadOnly), sql.session(key=low, read_only=True) as session:
            session.execute(insert(Parcel).values(**parcel(low)), execution_options=options)
    assert stored(low) == stored(high) == []


def test_an_insert_with_more_to_it_goes_the_long_way(shop: list[str], taken: Taken) -> None:
    user_id = buyer(11)
    row = parcel(user_id)

    with sql.session(key=user_id) as session:
        assert session.execute(insert(Parcel).values(**row).returning(Parcel.colour)).scalar_one() == "brown"
        session.execute(insert(Parcel).values(**parcel(user_id, note=func.upper("loud"))))
        session.execute(insert(Parcel).values([parcel(user_id, note=func.lower("LOW")), parcel(user_id, note="!")]))

    assert taken.plain == 0
    assert len(stored(user_id)) == 4
    assert "LOUD" in [row[4] for row in stored(user_id)]


@pytest.mark.parametrize("listed", [False, True])
def test_rows_that_are_there_already_are_changed_or_left_alone_either_way(
    shop: list[str], taken: Taken, listed: bool
) -> None:
    one, other = buyer(23), buyer(23)
    entry = upsert(Parcel)
    change = entry.on_conflict_do_update(
        index_elements=["slot", "id"], set_={"weight_g": entry.excluded.weight_g, "note": Parcel.note + "!"}
    )

    for user_id, options in ((one, {}), (other, LONG)):
        row = parcel(user_id, weight=1, note="once")
        for statement in (change, change, upsert(Parcel).on_conflict_do_nothing()):
            with sql.session(key=user_id) as session:
                if listed:
                    session.execute(statement, [row | {"weight": 2}], execution_options=options)
                else:
                    session.execute(statement.values(**row | {"weight": 2}), execution_options=options)

    assert taken.plain == 3
    assert stored(one) == stored(other)
    assert [(row[1], row[4]) for row in stored(one)] == [(2, "once!")]


def test_a_change_does_the_same_either_way(shop: list[str], taken: Taken) -> None:
    one, other = buyer(7), buyer(7)
    for user_id, options in ((one, {}), (other, LONG)):
        with sql.session(key=user_id) as session:
            session.execute(insert(Parcel), [parcel(user_id, weight=weight) for weight in (1, 2, 3)])
        with sql.session(key=user_id) as session:
            heavy: Any = session.execute(
                update(Parcel).where(Parcel.user_id == user_id, Parcel.weight > 1).values(weight=Parcel.weight * 10),
                execution_options=options,
            )
            light: Any = session.execute(sql_delete(user_id).where(Parcel.weight == 1), execution_options=options)
            assert (heavy.rowcount, light.rowcount) == (2, 1)

    assert taken.plain == 4
    assert sorted(row[1] for row in stored(one)) == sorted(row[1] for row in stored(other)) == [20, 30]


def sql_delete(user_id: str) -> Any:
    from sqlalchemy import delete

    return delete(Parcel).where(Parcel.user_id == user_id)


def test_what_was_added_to_the_session_is_written_before(shop: list[str]) -> None:
    user_id = buyer(13)
    order = order_of(user_id, total=1)

    with sql.session(key=user_id) as session:
        session.add(order)
        session.execute(insert(Parcel).values(**parcel(user_id)))
        found = session.connection(bind_arguments={"shard_id": "0"}).execute(select(Order.total)).scalar_one()

    assert found == 1


def test_an_object_that_the_session_holds_hears_of_a_change(shop: list[str], taken: Taken) -> None:
    user_id = buyer(15)
    with sql.session(key=user_id) as session:
        session.add(order := order_of(user_id, total=1))
    taken.plain = 0

    with sql.session(key=user_id) as session:
        held = session.get_one(Order, order.id)
        session.execute(update(Order).where(Order.id == order.id).values(total=2))

        assert held.total == 2
        assert object_session(held) is session
        assert taken.plain == 0
        session.execute(
            update(Order).where(Order.id == order.id).values(total=3), execution_options={"synchronize_session": False}
        )
        assert held.total == 2
    assert taken.plain == 1


def test_a_plain_write_that_fails_rolls_everything_back(shop: list[str]) -> None:
    from sqlalchemy.exc import IntegrityError

    user_id = buyer(17)
    row = parcel(user_id)

    with pytest.raises(IntegrityError), sql.session(key=user_id) as session:
        session.execute(insert(Parcel).values(**row))
        session.execute(insert(Parcel).values(**row))

    assert stored(user_id) == []


def test_one_statement_is_sent_for_one_insert(shop: list[str]) -> None:
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        if "shop_parcel" in statement:
            sent.append(statement.partition(" ")[0])

    user_id = buyer(19)
    event.listen(Engine, "before_cursor_execute", note)
    try:
        with sql.session(key=user_id) as session:
            session.execute(insert(Parcel), [parcel(user_id, sent_at=clock.now())])
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    assert sent == ["INSERT"]
