"""Writes that are meant soon go to the server as one statement, with the effect of several."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DBAPIError, IntegrityError

from mall import errors, ids, sql
from mall.sql.errors import CrossShard, ReadOnly
from tests.fixtures.shop import Line, Note, Order, buyer, line_of, order_of

ADD_ORDER = sql.prepared(insert(Order))
ADD_LINES = sql.prepared(insert(Line))
ADD_NOTE = sql.prepared(upsert(Note).on_conflict_do_nothing())
PRICE = sql.prepared(update(Order).where(sql.given(Order.slot, Order.id, Order.total)))
ORDERS = sql.prepared(select(Order).where(sql.given(Order.slot, Order.user_id)).order_by(Order.id))
LINES = sql.prepared(select(Line.quantity).where(sql.given(Line.slot, Line.user_id)).order_by(Line.quantity))


class TooLate(errors.Conflict):
    message = "Somebody was quicker."


@pytest.fixture
def sent() -> Iterator[list[str]]:
    """What is sent to the server, as SQLAlchemy's hooks are told."""
    found: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "shop_" in statement:
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield found
    event.remove(Engine, "before_cursor_execute", note)


def order(user_id: str, **values: Any) -> dict[str, Any]:
    return {"id": ids.new("ord", slot=ids.slot_of(user_id)), "user_id": user_id, **values}


def line(order: dict[str, Any], **values: Any) -> dict[str, Any]:
    user_id = order["user_id"]
    return {
        "id": ids.new("lin", slot=ids.slot_of(user_id)),
        "user_id": user_id,
        "order_id": order["id"],
        **values,
    }


def stored(user_id: str) -> tuple[list[Any], list[Any]]:
    """The totals of somebody's orders and the quantities of their lines."""
    with sql.session(key=user_id) as session:
        return [row.total for row in ORDERS(session, user_id=user_id)], LINES(session, user_id=user_id).scalars()


def test_an_order_and_its_lines_are_one_statement(shop: list[str], sent: list[str]) -> None:
    user_id = buyer(900)
    placed = order(user_id, total=70)

    with sql.session() as session:
        ADD_ORDER.soon(session, placed)
        ADD_LINES.soon(session, [line(placed, quantity=number) for number in (1, 2)])
        ADD_NOTE.soon(session, {"id": 1, "user_id": user_id, "order_id": placed["id"]})
        assert sent == []

    (statement,) = sent
    assert all(f"INTO {table}" in statement for table in ("shop_order", "shop_line", "shop_note"))
    assert stored(user_id) == ([70], [1, 2])


def test_as_many_rows_as_there_are_of_any_shape(shop: list[str], sent: list[str]) -> None:
    user_id = buyer(5)
    placed = order(user_id)
    shapes: list[dict[str, Any]] = [{"quantity": number} for number in range(20)] + [{}, {}]

    with sql.session() as session:
        ADD_ORDER.soon(session, placed)
        ADD_LINES.soon(session, [line(placed, **shape) for shape in shapes])

    assert len(sent) == 4
    assert stored(user_id)[1] == [*range(20), None, None]


def test_what_is_read_then_sees_what_was_written(shop: list[str], sent: list[str]) -> None:
    user_id = buyer(5)
    placed = order(user_id, total=1)

    with sql.session(key=user_id) as session:
        ADD_ORDER.soon(session, placed)
        assert ORDERS(session, user_id=user_id).one_or_none().total == 1
        PRICE.soon(session, {"total": 2}, id=placed["id"], total=1)
        assert session.scalar(select(Order.total).where(Order.user_id == user_id)) == 2
        PRICE.soon(session, {"total": 3}, id=placed["id"], total=2)
        assert session.execute(text("SELECT total FROM shop_order")).scalar_one() == 3
        PRICE.soon(session, {"total": 4}, id=placed["id"], total=3)
        assert session.get_one(Order, placed["id"]).total == 4


def test_of_one_table_there_is_one_write_a_statement_in_their_order(shop: list[str], sent: list[str]) -> None:
    user_id = buyer(5)
    placed = order(user_id, total=1)

    with sql.session(key=user_id) as session:
        ADD_ORDER.soon(session, placed)
        ADD_NOTE.soon(session, {"id": 1, "user_id": user_id})
        PRICE.soon(session, {"total": 2}, id=placed["id"], total=1, unless=TooLate())
        PRICE.soon(session, {"total": 3}, id=placed["id"], total=2, unless=TooLate())

    assert len(sent) == 3
    assert stored(user_id)[0] == [3]


def test_a_write_that_finds_no_row_undoes_them_all(shop: list[str]) -> None:
    user_id = buyer(5)
    placed = order(user_id, total=1)
    with sql.session(key=user_id) as session:
        ADD_ORDER(session, placed)

    for more in (True, False):
        with pytest.raises(TooLate), sql.session(key=user_id) as session:
            if more:
                ADD_LINES.soon(session, line(placed, quantity=1))
            PRICE.soon(session, {"total": 2}, id=placed["id"], total=9, unless=TooLate())

    assert stored(user_id) == ([1], [])


def test_what_is_asked_at_once_takes_the_others_along_and_is_counted_alone(shop: list[str], sent: list[str]) -> None:
    user_id = buyer(5)
    placed = order(user_id, total=1)
    note = {"id": 1, "user_id": user_id}

    with sql.session(key=user_id) as session:
        ADD_ORDER.soon(session, placed)
        assert ADD_NOTE(session, note).rowcount == 1
        ADD_LINES.soon(session, [line(placed, quantity=1), line(placed, quantity=2)])
        assert ADD_NOTE(session, note).rowcount == 0
        assert PRICE(session, {"total": 2}, id=placed["id"], total=1).rowcount == 1

    assert len(sent) == 3
    assert stored(user_id) == ([2], [1, 2])


def test_what_answers_with_rows_goes_alone(shop: list[str], sent: list[str]) -> None:
    user_id = buyer(5)
    told = sql.prepared(insert(Order).returning(Order.id))
    placed = order(user_id, total=1)

    with sql.session(key=user_id) as session:
        ADD_NOTE.soon(session, {"id": 1, "user_id": user_id})
        assert told(session, placed).scalar_one() == placed["id"]
        told.soon(session, order(user_id, total=2))

    assert len(sent) == 3
    assert sorted(stored(user_id)[0]) == [1, 2]


def test_objects_of_the_session_keep_their_turn(shop: list[str]) -> None:
    user_id = buyer(5)
    first = order_of(user_id, total=1)

    with sql.session(key=user_id) as session:
        session.add(first)
        ADD_LINES.soon(session, {"id": line_of(first).id, "user_id": user_id, "order_id": first.id, "quantity": 1})
        second = order(user_id, total=2)
        ADD_ORDER.soon(session, second)
        session.add(Line(**line(second, quantity=2)))

    totals, quantities = stored(user_id)
    assert (sorted(totals), quantities) == ([1, 2], [1, 2])


def test_an_exception_leaves_nothing_behind(shop: list[str], sent: list[str]) -> None:
    user_id = buyer(5)

    with pytest.raises(TooLate), sql.session(key=user_id) as session:
        ADD_ORDER.soon(session, order(user_id))
        raise TooLate

    assert sent == []
    assert stored(user_id) == ([], [])


def test_the_rules_of_sessions_hold(shop: list[str]) -> None:
    low, high = buyer(3), buyer(900)

    with pytest.raises(CrossShard), sql.session() as session:
        ADD_ORDER.soon(session, order(low))
        ADD_NOTE.soon(session, {"id": 1, "user_id": high})
    with pytest.raises(ReadOnly), sql.session(key=low, read_only=True) as session:
        ADD_ORDER.soon(session, order(low))
    assert stored(low) == ([], [])


def test_errors_are_those_of_sqlalchemy(shop: list[str]) -> None:
    user_id = buyer(5)
    placed = order(user_id)

    with pytest.raises(IntegrityError), sql.session(key=user_id) as session:
        ADD_ORDER(session, placed)
        ADD_ORDER(session, placed)
    with pytest.raises(IntegrityError), sql.session(key=user_id) as session:
        ADD_NOTE.soon(session, {"id": 1, "user_id": user_id})
        ADD_LINES.soon(session, line(placed))
    assert stored(user_id) == ([], [])


@pytest.mark.parametrize("soon", [True, False])
def test_a_lost_connection_is_replaced_and_the_transaction_repeated(shop: list[str], soon: bool) -> None:
    user_id = buyer(5)
    tries: list[int] = []

    def act(session: sql.Session) -> None:
        tries.append(session.execute(text("SELECT pg_backend_pid()")).scalar_one())
        if len(tries) == 1:
            with psycopg.connect(shop[0].replace("+psycopg", ""), autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 2000)", [tries[0]])
        (ADD_ORDER.soon if soon else ADD_ORDER)(session, order(user_id, total=7))

    sql.retrying(act, key=user_id)

    assert len(set(tries)) == 2
    assert stored(user_id)[0] == [7]


def test_numbers_of_any_size_are_one_statement_to_the_server(shop: list[str]) -> None:
    user_id = buyer(5)
    totals = [1, 40_000, 3_000_000_000] * 4

    with sql.session(key=user_id) as session:
        for total in totals:
            ADD_ORDER(session, order(user_id, total=total))
        prepared = session.execute(
            text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'INSERT INTO shop_order%'")
        ).scalar_one()

    assert prepared == 1
    assert sorted(stored(user_id)[0]) == sorted(totals)
    with pytest.raises(DBAPIError), sql.session(key=user_id) as session:
        ADD_ORDER(session, order(user_id, total=2**63))
