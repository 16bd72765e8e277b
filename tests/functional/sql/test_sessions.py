"""Sessions on two real shards: where rows go, what is refused, what is repeated."""

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import joinedload, selectinload

from mall import errors, ids, sql
from mall.sql import shards, slots
from tests.fixtures.shop import Account, Campaign, Line, Note, Order, Region, buyer, line_of, order_of

A, B = buyer(7), buyer(900)
SCATTER = {"scatter": True}

Rows = Callable[[Any], list[int]]


def store(*entities: Any) -> None:
    """Store each in a transaction of its own."""
    for entity in entities:
        with sql.session() as session:
            session.add(entity)


# --- where rows go


def test_a_row_goes_to_the_shard_of_its_key(shop: list[str], rows: Rows) -> None:
    store(
        order_of(A),
        order_of(B),
        order_of(B),
        Account(id=ids.new("acc", slot=600), merchant_id=ids.new("mch", slot=600)),
    )

    assert rows(Order) == [1, 2]
    assert rows(Account) == [0, 1]


def test_a_row_is_found_by_its_id_alone(shop: list[str]) -> None:
    order = order_of(B, total=5)
    store(order)

    with sql.session() as session:
        assert session.get(Order, order.id).total == 5
        assert session.get_one(Order, (order.slot, order.id)) is session.get(Order, order.id)
        assert session.get(Order, ids.new("ord", slot=900)) is None
        assert session.get(Order, "garbage") is None


def test_objects_stay_usable_after_the_commit(shop: list[str]) -> None:
    with sql.session() as session:
        order = order_of(A, total=1)
        session.add(order)

    assert (order.total, order.slot) == (1, 7)


def test_relationships_load_and_store_on_the_shard_of_their_owner(shop: list[str], rows: Rows) -> None:
    order = Order(id=ids.new("ord", slot=900), user_id=B)
    order.lines = [Line(id=ids.new("lin", slot=900), user_id=B), Line(id=ids.new("lin", slot=900), user_id=B)]
    store(order)

    assert rows(Line) == [0, 2]
    with sql.session() as session:
        assert len(session.get(Order, order.id).lines) == 2
        line = session.scalars(select(Line).where(Line.user_id == B).limit(1)).one()
        assert line.order.id == order.id
    for loading in (selectinload(Order.lines), joinedload(Order.lines)):
        with sql.session() as session:
            found = session.scalars(select(Order).where(Order.user_id == B).options(loading).limit(5)).unique().one()
        assert len(found.lines) == 2


def test_statements_write_where_their_criteria_or_values_say(shop: list[str], rows: Rows) -> None:
    order = order_of(B, total=1)
    store(order_of(A, total=1), order)

    with sql.session() as session:
        session.execute(insert(Note), [{"id": 1, "user_id": B}, {"id": 2, "user_id": B, "order_id": order.id}])
        session.execute(insert(Note).values(id=3, user_id=B))
        session.execute(insert(Note).values([{"id": 4, "user_id": B}, {"id": 5, "user_id": B}]))
        session.execute(upsert(Note).values(id=5, user_id=B).on_conflict_do_nothing())
        assert session.scalars(insert(Note).returning(Note), [{"id": 6, "user_id": B}]).one().slot == 900
        assert session.execute(update(Order).where(Order.user_id == B).values(total=2)).rowcount == 1
        session.execute(update(Order), [{"id": order.id, "slot": 900, "total": 3}])
        session.execute(update(Order), [{"id": order.id, "total": 4}])
        assert session.execute(delete(Note).where(Note.user_id == B, Note.id == 4)).rowcount == 1

    assert rows(Note) == [0, 5]
    with sql.session(read_only=True) as session:
        assert sorted(session.scalars(select(Order.total), execution_options=SCATTER)) == [1, 4]


def test_objects_are_changed_and_deleted_on_their_shard(shop: list[str], rows: Rows) -> None:
    order, other = order_of(B, total=1), order_of(B)
    store(order, other)

    with sql.session() as session:
        session.get(Order, order.id).total = 9
        session.delete(session.get(Order, other.id))

    with sql.session() as session:
        assert session.get(Order, order.id).total == 9
    assert rows(Order) == [0, 1]


def test_single_tables_live_on_shard_0(shop: list[str], rows: Rows) -> None:
    store(Campaign(id="cmp", title="spring"))

    with sql.session() as session:
        session.execute(update(Campaign).values(title="summer"))
    with sql.session(read_only=True) as session:
        assert session.scalars(select(Campaign)).one().title == "summer"
    assert rows(Campaign) == [1, 0]


def test_broadcast_tables_are_written_on_every_shard_and_read_beside_any_row(shop: list[str], rows: Rows) -> None:
    with sql.session() as session:
        session.execute(insert(Region), [{"id": "440100", "name": "广州"}], execution_options=SCATTER)
        session.execute(update(Region).values(name="广州市"), execution_options=SCATTER)
    store(order_of(A, region="440100"), order_of(B, region="440100"))

    assert rows(Region) == [1, 1]
    for user in (A, B):
        with sql.session() as session:
            query = select(Region.name).join(Order, Order.region == Region.id).where(Order.user_id == user)
            assert session.scalars(query).all() == ["广州市"]
            assert session.get(Region, "440100").name == "广州市"


# --- what is refused


@pytest.mark.parametrize(
    "statement",
    [
        select(Order),
        select(func.count()).select_from(Order),
        update(Order).values(total=1),
        delete(Order).where(Order.total == 1),
        text("SELECT 1"),
        insert(Region).values(id="1", name="x"),
        update(Region).values(name="x"),
    ],
)
def test_a_statement_that_names_nobody_is_refused(shop: list[str], statement: Any) -> None:
    with pytest.raises(sql.ShardingKeyMissing), sql.session() as session:
        session.execute(statement)


def test_a_broadcast_row_is_not_added_to_one_shard(shop: list[str]) -> None:
    with pytest.raises(sql.ShardingKeyMissing), sql.session() as session:
        session.add(Region(id="1", name="x"))


def test_a_transaction_touches_one_shard_and_leaves_nothing_when_refused(shop: list[str], rows: Rows) -> None:
    def both(session: sql.Session) -> None:
        session.add(order_of(A))
        session.add(order_of(B))

    def write_then_read(session: sql.Session) -> None:
        session.execute(insert(Note).values(id=1, user_id=A))
        session.scalars(select(Order).where(Order.user_id == B))

    def named_twice(session: sql.Session) -> None:
        session.execute(update(Order).where(Order.user_id.in_([A, B])).values(total=1))

    def rows_of_two(session: sql.Session) -> None:
        session.execute(insert(Note), [{"id": 1, "user_id": A}, {"id": 2, "user_id": B}])

    def single_beside(session: sql.Session) -> None:
        session.scalars(select(Campaign))
        session.execute(insert(Note).values(id=1, user_id=B))

    def broadcast_beside(session: sql.Session) -> None:
        session.execute(insert(Note).values(id=1, user_id=B))
        session.execute(insert(Region).values(id="1", name="x"), execution_options=SCATTER)

    def scattered(session: sql.Session) -> None:
        session.scalars(select(Order), execution_options=SCATTER)

    for work in (both, write_then_read, named_twice, rows_of_two, single_beside, broadcast_beside, scattered):
        with pytest.raises(sql.CrossShard), sql.session() as session:
            work(session)
    assert [rows(table) for table in (Order, Note, Region)] == [[0, 0]] * 3


def test_scattered_writes_to_sharded_tables_are_refused(shop: list[str]) -> None:
    with pytest.raises(sql.CrossShard), sql.session() as session:
        session.execute(update(Order).values(total=1), execution_options=SCATTER)


def test_tables_that_do_not_live_together_are_not_joined(shop: list[str]) -> None:
    for statement in (
        select(Order).join(Campaign, Campaign.id == Order.region).where(Order.user_id == A),
        select(Order).join(Account, Account.merchant_id == Order.merchant_id).where(Order.user_id == A),
    ):
        with pytest.raises(sql.CrossShard), sql.session(read_only=True) as session:
            session.execute(statement)


def test_a_row_whose_ids_disagree_about_its_slot_is_refused(shop: list[str], rows: Rows) -> None:
    for wrong in (
        Order(id=ids.new("ord", slot=8), user_id=A),
        Order(id="ord_1", user_id=A),
        Order(id=ids.new("ord", slot=7), user_id=A, slot=8),
        Note(id=1, user_id=A, order_id=ids.new("ord", slot=900)),
    ):
        with pytest.raises(sql.WrongSlot), sql.session() as session:
            session.add(wrong)
    with pytest.raises(sql.WrongSlot), sql.session() as session:
        session.execute(insert(Order).values(id=ids.new("ord", slot=8), user_id=A))
    assert rows(Order) == [0, 0]


def test_a_read_only_session_does_not_write(shop: list[str]) -> None:
    with pytest.raises(sql.ReadOnly), sql.session(read_only=True) as session:
        session.add(order_of(A))
        session.flush()
    with pytest.raises(sql.ReadOnly), sql.session(read_only=True) as session:
        session.execute(delete(Order).where(Order.user_id == A))
    with pytest.raises(DBAPIError, match="read-only"), sql.session(read_only=True, key=A) as session:
        session.execute(text("INSERT INTO shop_campaign (id) VALUES ('x')"))


def test_a_key_lets_raw_sql_through_on_its_shard_only(shop: list[str]) -> None:
    store(order_of(B))

    with sql.session(key=B) as session:
        assert session.execute(text("SELECT count(*) FROM shop_order")).scalar_one() == 1
        assert session.connection().scalar(text("SELECT count(*) FROM shop_order")) == 1
    with pytest.raises(sql.CrossShard), sql.session(key=B) as session:
        session.scalars(select(Order).where(Order.user_id == A))
    with pytest.raises(sql.ShardingKeyMissing), sql.session() as session:
        session.connection()


def test_raw_sql_on_single_tables_goes_to_their_shard(shop: list[str]) -> None:
    store(Campaign(id="cmp", title="spring"), order_of(B))

    with sql.session(single=True, read_only=True) as session:
        assert session.execute(text("SELECT title FROM shop_campaign")).scalar_one() == "spring"
    sql.retrying(lambda session: session.execute(text("UPDATE shop_campaign SET title = 'summer'")), single=True)
    with sql.session(read_only=True) as session:
        assert session.scalars(select(Campaign)).one().title == "summer"
    with pytest.raises(sql.CrossShard), sql.session(single=True) as session:
        session.scalars(select(Order).where(Order.user_id == B))


def test_a_session_inside_another_is_refused_instead_of_waiting_for_ever(shop: list[str]) -> None:
    with sql.session() as outer:
        outer.scalars(select(Order).where(Order.user_id == A)).all()
        with sql.session(read_only=True) as inner:
            assert inner.scalars(select(Order).where(Order.user_id == A)).all() == []
        with sql.session() as inner:
            assert inner.scalars(select(Order).where(Order.user_id == B)).all() == []
        with pytest.raises(sql.SessionNested), sql.session() as inner:
            inner.scalars(select(Order).where(Order.user_id == A)).all()
        assert outer.scalars(select(Order).where(Order.user_id == A)).all() == []


# --- commit and what follows


def test_calls_after_commit_run_after_it_and_not_after_a_rollback(shop: list[str], rows: Rows) -> None:
    seen: list[list[int]] = []
    with sql.session() as session:
        session.add(order_of(A))
        sql.after_commit(session, lambda: 1 / 0)
        sql.after_commit(session, lambda: seen.append(rows(Order)))
        assert seen == []
    assert seen == [[1, 0]]

    with pytest.raises(RuntimeError), sql.session() as session:
        sql.after_commit(session, lambda: seen.append([]))
        raise RuntimeError
    assert len(seen) == 1


def test_an_error_rolls_everything_back(shop: list[str], rows: Rows) -> None:
    with pytest.raises(RuntimeError), sql.session() as session:
        session.add(order_of(A))
        session.flush()
        raise RuntimeError
    with pytest.raises(IntegrityError), sql.session() as session:
        session.execute(insert(Note), [{"id": 1, "user_id": A}, {"id": 1, "user_id": A}])

    assert (rows(Order), rows(Note)) == ([0, 0], [0, 0])


# --- connections


def kill_connections(url: str) -> int:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        found = connection.execute(
            "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE 'mall-%' AND pid <> pg_backend_pid()"
        ).fetchall()
        return len(found)


def test_a_connection_dropped_between_transactions_is_replaced_unnoticed(shop: list[str], rows: Rows) -> None:
    store(order_of(A))
    assert kill_connections(shop[0]) == 1

    store(order_of(A))

    assert rows(Order) == [2, 0]


def test_a_transaction_whose_connection_is_dropped_runs_again(shop: list[str], rows: Rows) -> None:
    runs = 0

    @sql.transactional
    def order(session: sql.Session, user_id: str) -> int:
        nonlocal runs
        runs += 1
        session.add(order_of(user_id))
        session.flush()
        if runs == 1:
            assert kill_connections(shop[0]) == 1
        session.add(order_of(user_id))
        return runs

    assert order(A) == 2
    assert rows(Order) == [2, 0]


def test_there_is_one_connection_a_shard(shop: list[str]) -> None:
    for _ in range(3):
        store(order_of(A), order_of(B))

    assert [kill_connections(url) for url in shop] == [1, 1]


def test_the_server_gives_up_what_takes_too_long(shop: list[str]) -> None:
    with sql.session(key=A) as session:
        settings = {
            name: session.scalar(text("SELECT setting::int FROM pg_settings WHERE name = :name"), {"name": name})
            for name in shards.TIMEOUTS
        }
        assert session.scalar(text("SELECT current_setting('application_name')")).startswith("mall-")

    assert settings == shards.TIMEOUTS


def test_serialization_failures_and_deadlocks_run_again(shop: list[str]) -> None:
    order = order_of(A, total=0)
    store(order)
    turns = threading.Barrier(2, timeout=10)
    runs = 0

    def compete() -> None:
        turns.wait()
        with psycopg.connect(shop[0].replace("+psycopg", "")) as connection:
            connection.execute("UPDATE shop_order SET total = total + 10")
        turns.wait()

    @sql.transactional(isolation="REPEATABLE READ")
    def add_one(session: sql.Session) -> None:
        nonlocal runs
        runs += 1
        found = session.get_one(Order, order.id)
        if runs == 1:
            turns.wait()
            turns.wait()
        found.total += 1

    other = threading.Thread(target=compete)
    other.start()
    add_one()
    other.join()

    with sql.session() as session:
        assert (session.get_one(Order, order.id).total, runs) == (11, 2)


def test_other_failures_do_not_run_again(shop: list[str]) -> None:
    runs = 0

    @sql.transactional
    def fail(session: sql.Session) -> None:
        nonlocal runs
        runs += 1
        session.execute(insert(Note), [{"id": 1, "user_id": A}, {"id": 1, "user_id": A}])

    with pytest.raises(IntegrityError):
        fail()
    assert runs == 1


def test_a_commit_of_unknown_outcome_does_not_run_again(shop: list[str], rows: Rows) -> None:
    runs = 0

    @sql.transactional
    def order(session: sql.Session) -> None:
        nonlocal runs
        runs += 1
        session.add(order_of(A))
        session.flush()
        session.committing = True
        kill_connections(shop[0])
        session.execute(select(Order).where(Order.user_id == A))

    with pytest.raises(OperationalError):
        order()
    assert (runs, rows(Order)) == (1, [0, 0])


# --- slots that move


def move(shop: list[str], slot: int, source: int, target: int) -> None:
    """What the end of a move leaves behind: the fence at the old place and the row of the map."""
    with psycopg.connect(shop[source].replace("+psycopg", "")) as connection:
        connection.execute("INSERT INTO slot_fence (slot, state, mover) VALUES (%s, 'elsewhere', 'test')", [slot])
    with psycopg.connect(shop[0].replace("+psycopg", "")) as connection:
        connection.execute("INSERT INTO slot_map (slot, shard) VALUES (%s, %s)", [slot, target])


def test_a_write_follows_its_slot_to_another_shard(shop: list[str], rows: Rows) -> None:
    store(order_of(A))
    move(shop, 7, 0, 1)

    @sql.transactional
    def order(session: sql.Session) -> int | None:
        session.add(order_of(A))
        session.flush()
        return session.home

    assert order() == 1
    assert rows(Order) == [1, 1]


def test_a_plain_session_says_that_the_slot_moved_and_the_next_one_knows_where(shop: list[str], rows: Rows) -> None:
    store(order_of(A))
    move(shop, 7, 0, 1)

    with pytest.raises(sql.SlotMoved) as refusal, sql.session() as session:
        session.add(order_of(A))
    store(order_of(A))

    assert isinstance(refusal.value, errors.Unavailable)
    assert rows(Order) == [1, 1]


def test_the_map_is_read_again_when_its_time_is_over(shop: list[str]) -> None:
    store(order_of(A))
    move(shop, 7, 0, 1)

    with sql.session(read_only=True) as session:
        assert len(session.scalars(select(Order).where(Order.user_id == A)).all()) == 1
    slots.forget()
    with sql.session(read_only=True) as session:
        assert session.scalars(select(Order).where(Order.user_id == A)).all() == []


def test_rows_left_behind_by_a_move_are_not_seen_twice(shop: list[str], rows: Rows) -> None:
    order = order_of(A, total=1)
    store(order, order_of(B, total=2))
    move(shop, 7, 0, 1)
    slots.forget()
    store(Order(id=order.id, user_id=A, total=1))
    assert rows(Order) == [1, 2]

    with sql.session(read_only=True) as session:
        found = session.scalars(select(Order).order_by(Order.total), execution_options=SCATTER).all()
        count = session.scalar(select(func.count()).select_from(Order), execution_options=SCATTER)
        named = session.scalars(select(Order).where(Order.user_id.in_([A, B]))).all()

    assert ([row.total for row in found], count, len(named)) == ([1, 2], 2, 2)


# --- readers


@pytest.fixture
def lagging_reader(shop: list[str], monkeypatch: pytest.MonkeyPatch, postgres: Any) -> list[str]:
    """Reader addresses of databases that never hear of what is written: the worst lag there is."""
    from tests.fixtures.shop import Table

    urls = postgres.urls(*(f"{make_url(url).database}_reader" for url in shop))
    from mall.sql import maintenance

    for url in urls:
        Table.metadata.create_all(maintenance.engine(url))
    monkeypatch.setenv("MALL_DATABASE_READER_URLS", ",".join(urls))
    return urls


def test_read_only_sessions_use_the_reader_and_others_the_writer(shop: list[str], lagging_reader: list[str]) -> None:
    store(order_of(B))

    with sql.session(read_only=True) as session:
        assert session.scalars(select(Order).where(Order.user_id == B)).all() == []
    with sql.session() as session:
        assert len(session.scalars(select(Order).where(Order.user_id == B)).all()) == 1


def test_a_session_with_a_token_reads_what_was_written(shop: list[str], lagging_reader: list[str]) -> None:
    """The reader is in the writer's server, so it counts the same transactions: one that is open is not yet seen."""
    with sql.session() as session:
        session.add(order_of(B))
        token = sql.written_at(session)
        assert token.startswith("1:")
    seen_later = f"1:{int(token[2:]) + 1_000_000}"

    with sql.session(read_only=True, after=seen_later) as session:
        assert len(session.scalars(select(Order).where(Order.user_id == B)).all()) == 1
        assert session.scalars(select(Order).where(Order.user_id == A)).all() == []
        with pytest.raises(DBAPIError, match="read-only"):
            session.connection(bind_arguments={"shard_id": "1"}).execute(text("DELETE FROM shop_order"))

    def found() -> list[Order]:
        with sql.session(read_only=True, after=token) as session:
            return list(session.scalars(select(Order).where(Order.user_id == B)))

    # The server itself may have begun a transaction before, to look at its tables, which it soon ends.
    deadline = time.monotonic() + 20
    while found() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert found() == []


def test_a_forged_token_is_refused(shop: list[str]) -> None:
    for token in ("x", "1:", ":1", "1:x", "-1:5"):
        with pytest.raises(errors.Invalid), sql.session(read_only=True, after=token):
            pass


def test_lines_go_with_their_order(shop: list[str], rows: Rows) -> None:
    order = order_of(A)
    store(order, line_of(order, quantity=1))
    with sql.session() as session:
        session.execute(delete(Order).where(Order.id == order.id))

    assert rows(Line) == [0, 0]
