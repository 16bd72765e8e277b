"""A slot moves to another shard while people write to it: nothing is lost or double, whoever dies on the way."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.exc import DBAPIError, NoResultFound

from mall import ids, sql
from mall.sql import maintenance, moves, slots
from mall.sql.migrations import ops

ROOT = Path(__file__).parents[3]
NOTICE = 0.4  # the writers keep a map for less
STEPS = ["announce", "fence", "barrier", "copy", "catch up", "verify", "cut over", "cut", "flip", "open", "clean"]


@pytest.fixture
def shards(database: list[str]) -> Iterator[list[psycopg.Connection[Any]]]:
    """Both shards, each with a parent table that has a unique name and a child table that refers to it."""
    for url in database:
        engine = maintenance.engine(url)
        with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)) as op:
            ops.create_sharded_table(
                "move_parent",
                sa.Column("id", sa.Text, nullable=False),
                sa.Column("name", sa.Text, nullable=False),
                sa.Column("value", sa.Integer, nullable=False),
                sa.UniqueConstraint("slot", "name"),
            )
            ops.create_sharded_table(
                "move_child",
                sa.Column("id", sa.Text, nullable=False),
                sa.Column("parent", sa.Text, nullable=False),
                sa.Column("value", sa.Integer, nullable=False),
                sa.ForeignKeyConstraint(["slot", "parent"], ["move_parent.slot", "move_parent.id"]),
            )
            op.create_index("ix_move_child_parent", "move_child", ["slot", "parent"])
        engine.dispose()
    slots.forget()
    connections = [maintenance.connect(url) for url in database]
    yield connections
    for connection in connections:
        connection.execute("DROP TABLE move_child, move_parent")
        connection.close()


class Shoppers:
    """Processes that write to slots until they are told to stop, and what they were promised."""

    def __init__(self, folder: Path, *groups: list[int]) -> None:
        self._folder = folder
        self._running = [
            subprocess.Popen(
                [sys.executable, Path(__file__).with_name("slot_writer.py"), folder, f"w{number}", *map(str, group)],
                env=environment(),
                stderr=(folder / f"w{number}.complaints").open("wb"),
            )
            for number, group in enumerate(groups)
        ]

    def wait_for(self, acknowledged: int) -> None:
        """Wait until so many more writes are acknowledged to every shopper: they are at work."""
        before = [len(lines) for lines in self._acknowledged()]
        patience = time.monotonic() + 60
        while any(len(now) < then + acknowledged for now, then in zip(self._acknowledged(), before, strict=True)):
            assert time.monotonic() < patience, "the writers do not get on"
            assert all(process.poll() is None for process in self._running), self._complaints()
            time.sleep(0.02)

    def stop(self) -> dict[str, tuple[int, str, int]]:
        """Stop them, and return the slot, the name and the value of every row that must be there."""
        (self._folder / "stop").touch()
        ended = [process.wait(timeout=30) for process in self._running]
        assert ended == [0] * len(self._running), self._complaints()
        rows: dict[str, tuple[int, str, int]] = {}
        for lines in self._acknowledged():
            for line in lines:
                note = json.loads(line)
                rows[note["id"]] = (note["slot"], note["name"], note["value"])
        return {id_: row for id_, row in rows.items() if row[2] is not None}

    def kill(self) -> None:
        """End those that still run."""
        for process in self._running:
            process.kill()
            process.wait()

    def _acknowledged(self) -> list[list[str]]:
        files = [self._folder / f"w{number}.acks" for number in range(len(self._running))]
        return [file.read_text().splitlines() if file.exists() else [] for file in files]

    def _complaints(self) -> str:
        return "\n".join(file.read_text()[-3000:] for file in self._folder.glob("*.complaints"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT / "layers/mall/python"), "POWERTOOLS_LOG_LEVEL": "ERROR"}


def die_at(step: str, slot: int, target: int) -> None:
    """Let a mover of its own process begin, and be killed when it comes to `step`."""

    def die(now: moves.MoveStep) -> None:
        if now.name == step:
            os.kill(os.getpid(), signal.SIGKILL)

    mover = os.fork()  # a process that has everything imported already
    if mover == 0:
        try:
            moves.move(slot, target, grace=0, notice=NOTICE, progress=die)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(mover, 0)[1]) == -signal.SIGKILL


def rows(shards: list[psycopg.Connection[Any]], table: str) -> list[tuple[int, str, int, int]]:
    """Every row of a table as (shard, id, slot, value)."""
    key = "id" if table == "move_parent" else "parent"
    return [
        (number, *row)
        for number, shard in enumerate(shards)
        for row in shard.execute(f"SELECT {key}, slot, value FROM {table}").fetchall()  # type: ignore[arg-type]
    ]


def assert_kept(shards: list[psycopg.Connection[Any]], promised: dict[str, tuple[int, str, int]]) -> None:
    """Every acknowledged row is there once, with its last acknowledged value, on the shard of the map; nothing else."""
    placed = moves.current()
    expected = Counter((placed.shard_of(slot), id_, slot, value) for id_, (slot, _, value) in promised.items())
    for table in ("move_parent", "move_child"):
        assert Counter(rows(shards, table)) == expected
    names = dict(row for shard in shards for row in shard.execute("SELECT id, name FROM move_parent").fetchall())
    assert names == {id_: name for id_, (_, name, _) in promised.items()}
    assert [shard.execute("SELECT count(*) FROM slot_change").fetchone() for shard in shards] == [(0,), (0,)]
    states = [row[0] for shard in shards for row in shard.execute("SELECT state FROM slot_fence").fetchall()]
    assert set(states) <= {"elsewhere"}
    assert moves.unfinished() == []


def test_slots_that_move_back_and_forth_under_writers_keep_every_acknowledged_write(
    shards: list[psycopg.Connection[Any]], folder: Path
) -> None:
    shoppers = Shoppers(folder, [17, 18, 600], [17, 600], [17])
    try:
        shoppers.wait_for(20)
        for target in (1, 0, 1):
            moves.move(17, target, grace=0, notice=NOTICE)
            shoppers.wait_for(10)
        moves.move(600, 0, grace=0, notice=NOTICE)
        shoppers.wait_for(10)
        promised = shoppers.stop()
    finally:
        shoppers.kill()

    assert [moves.current().shard_of(slot) for slot in (17, 18, 600)] == [1, 0, 0]
    assert len(promised) > 50
    assert_kept(shards, promised)


@pytest.mark.timeout(300)
def test_a_mover_killed_at_any_step_leaves_what_the_next_one_finishes(
    shards: list[psycopg.Connection[Any]], folder: Path
) -> None:
    shoppers = Shoppers(folder, [17], [17, 18])
    try:
        shoppers.wait_for(20)
        for number, step in enumerate(STEPS):
            target = 1 - moves.current().shard_of(17)
            die_at(step, 17, target)
            if step not in ("cut", "flip", "open"):  # between cut-over and opening nobody can write
                shoppers.wait_for(3)
            if number % 2:
                moves.settle(grace=0)
            moves.move(17, target, grace=0, notice=NOTICE)
            assert moves.current().shard_of(17) == target
            shoppers.wait_for(3)
        promised = shoppers.stop()
    finally:
        shoppers.kill()

    assert_kept(shards, promised)


@pytest.mark.timeout(300)
def test_movers_killed_at_random_moments_lose_and_double_nothing(
    shards: list[psycopg.Connection[Any]], folder: Path, request: pytest.FixtureRequest
) -> None:
    dice = random.Random(request.config.getoption("randomly_seed", 1))
    shoppers = Shoppers(folder, [17], [17, 600])
    try:
        shoppers.wait_for(20)
        for _ in range(5):
            target = dice.randrange(2)
            mover = subprocess.Popen(
                [sys.executable, "-m", "mall.sql", "move", "17", f"--to={target}", "--grace=0", f"--notice={NOTICE}"],
                env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
            assert mover.stdout is not None
            mover.stdout.readline()  # it has begun, or had nothing to do
            time.sleep(dice.random() * 0.4)
            mover.kill()
            mover.wait()
        moves.move(17, 1, grace=0, notice=NOTICE)
        shoppers.wait_for(10)
        promised = shoppers.stop()
    finally:
        shoppers.kill()

    assert moves.current().shard_of(17) == 1
    assert_kept(shards, promised)


@pytest.mark.parametrize("step", ["fence", "copy", "cut over"])
def test_a_move_can_be_undone_until_its_cut_over(
    shards: list[psycopg.Connection[Any]], folder: Path, step: str
) -> None:
    shoppers = Shoppers(folder, [17])
    try:
        shoppers.wait_for(20)
        die_at(step, 17, 1)
        shoppers.wait_for(10)
        moves.undo(17)
        shoppers.wait_for(10)
        promised = shoppers.stop()
    finally:
        shoppers.kill()

    assert moves.current().shard_of(17) == 0
    assert_kept(shards, promised)


def test_a_move_cannot_be_undone_after_its_cut_over(shards: list[psycopg.Connection[Any]]) -> None:
    die_at("flip", 17, 1)

    with pytest.raises(moves.MoveRefused, match="lives on shard 1"):
        moves.undo(17)

    moves.settle(grace=0)
    assert moves.unfinished() == []
    assert moves.current().shard_of(17) == 1


def test_a_copy_that_differs_is_not_cut_over(shards: list[psycopg.Connection[Any]]) -> None:
    shards[0].execute("INSERT INTO move_parent VALUES (17, 'a', 'a', 1), (17, 'b', 'b', 1)")

    def spoil(step: moves.MoveStep) -> None:
        if step.name == "verify":
            with shards[1].transaction():
                shards[1].execute("SELECT set_config('mall.moving_slot', '17', true)")
                shards[1].execute("UPDATE move_parent SET value = 2 WHERE id = 'b'")

    with pytest.raises(moves.MoveUndone, match="copies of move_parent differ"):
        moves.move(17, 1, grace=0, notice=NOTICE, progress=spoil)

    assert sorted(rows(shards, "move_parent")) == [(0, "a", 17, 1), (0, "b", 17, 1)]
    assert moves.current().shard_of(17) == 0
    shards[0].execute("UPDATE move_parent SET value = 5 WHERE id = 'a'")  # the slot is open again where it was


def test_a_transaction_older_than_the_fence_is_waited_for(
    shards: list[psycopg.Connection[Any]], database: list[str]
) -> None:
    with maintenance.connect(database[0], autocommit=False) as early:
        early.execute("INSERT INTO move_parent VALUES (17, 'early', 'early', 1)")

        with pytest.raises(moves.MoveUndone, match="transaction has been open"):
            moves.move(17, 1, grace=0, notice=NOTICE, barrier=0.5)

        early.commit()
    moves.move(17, 1, grace=0, notice=NOTICE)

    assert rows(shards, "move_parent") == [(1, "early", 17, 1)]


def test_a_snapshot_taken_while_the_slot_left_cannot_write_to_its_old_place(
    shards: list[psycopg.Connection[Any]], database: list[str]
) -> None:
    late = maintenance.connect(database[0], autocommit=False)
    late.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

    def look(step: moves.MoveStep) -> None:
        if step.name == "verify":
            late.execute("SELECT count(*) FROM move_parent")

    moves.move(17, 1, grace=0, notice=NOTICE, progress=look)

    with pytest.raises(psycopg.errors.SerializationFailure):
        late.execute("INSERT INTO move_parent VALUES (17, 'late', 'late', 1)")
    late.close()


def test_the_old_shard_refuses_writes_to_a_slot_that_has_moved(shards: list[psycopg.Connection[Any]]) -> None:
    shards[0].execute("INSERT INTO move_parent VALUES (17, 'a', 'a', 1)")
    refused = []

    def write(step: moves.MoveStep) -> None:
        if step.name == "wait":
            for statement in (
                "INSERT INTO move_parent VALUES (17, 'b', 'b', 1)",
                "UPDATE move_parent SET value = 2 WHERE id = 'a'",
                "DELETE FROM move_parent WHERE id = 'a'",
            ):
                with pytest.raises(psycopg.DatabaseError) as error:
                    shards[0].execute(statement)  # type: ignore[arg-type]
                refused.append(error.value.sqlstate)

    moves.move(17, 1, grace=0.2, notice=0, progress=write)

    assert set(refused) == {"ML001"}
    assert len(refused) >= 3


def test_a_session_opened_while_the_slot_moves_finds_it_at_its_new_place_at_once(
    shards: list[psycopg.Connection[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots, "LIFE", NOTICE / 2)
    key = ids.new("usr", slot=17)
    shards[0].execute("INSERT INTO move_parent VALUES (17, 'a', 'a', 1)")
    seen: list[Any] = []

    def read() -> Any:
        with sql.session(key=key, read_only=True) as session:
            return session.execute(sa.text("SELECT value FROM move_parent WHERE slot = 17")).scalar()

    def watch(step: moves.MoveStep) -> None:
        if step.name == "wait" and len(seen) == 1:
            shards[1].execute("UPDATE move_parent SET value = 2 WHERE slot = 17")
            seen.append(read())

    seen.append(read())
    moves.move(17, 1, grace=0.3, notice=NOTICE, progress=watch)

    assert seen == [1, 2]


def test_a_transaction_that_found_nothing_at_the_old_place_is_repeated_at_the_new_one(
    shards: list[psycopg.Connection[Any]],
) -> None:
    key = ids.new("usr", slot=17)
    found: list[int] = []

    def work(session: Any) -> None:
        if not found:  # after this session has read the map, the slot goes, and somebody writes at its new place
            moves.move(17, 1, grace=0, notice=0)
            shards[1].execute("INSERT INTO move_parent VALUES (17, 'a', 'a', 1)")
        found.append(session.execute(sa.text("UPDATE move_parent SET value = 2 WHERE id = 'a' AND slot = 17")).rowcount)

    shards[0].execute("INSERT INTO slot_map (slot, shard, moving) VALUES (17, 0, true)")
    slots.forget()
    sql.retrying(work, key=key)

    assert found == [0, 1]
    assert rows(shards, "move_parent") == [(1, "a", 17, 2)]


def test_who_fails_for_what_is_not_at_the_old_place_is_repeated_at_the_new_one(
    shards: list[psycopg.Connection[Any]],
) -> None:
    key = ids.new("usr", slot=17)
    tries: list[int] = []

    def work(session: Any) -> int:
        tries.append(1)
        if len(tries) == 1:
            moves.move(17, 1, grace=0, notice=0)
            shards[1].execute("INSERT INTO move_parent VALUES (17, 'a', 'a', 5)")
        return int(session.execute(sa.text("SELECT value FROM move_parent WHERE id = 'a' AND slot = 17")).scalar_one())

    shards[0].execute("INSERT INTO slot_map (slot, shard, moving) VALUES (17, 0, true)")
    slots.forget()

    assert sql.retrying(work, key=key) == 5
    assert len(tries) == 2


def test_a_failure_that_has_to_do_with_no_move_stays_what_it_is(shards: list[psycopg.Connection[Any]]) -> None:
    key = ids.new("usr", slot=17)
    missing = sa.text("SELECT value FROM move_parent WHERE id = 'a' AND slot = 17")
    broken = sa.text("SELECT 1 / 0")
    shards[0].execute("INSERT INTO slot_map (slot, shard, moving) VALUES (17, 0, true)")
    slots.forget()

    with pytest.raises(NoResultFound), sql.session(key=key) as session:
        session.execute(missing).scalar_one()
    with pytest.raises(KeyError), sql.session(key=key) as session:
        with suppress(DBAPIError):
            session.execute(broken)
        raise KeyError


def test_a_move_is_announced_for_longer_than_any_map_is_kept() -> None:
    assert moves.NOTICE > slots.LIFE


def test_a_mover_without_special_rights_copies_again_what_it_cannot_follow(
    shards: list[psycopg.Connection[Any]], database: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    role = f"plain_{shards[0].info.dbname}"  # roles belong to the server, which other workers use too
    shards[0].execute(f"CREATE ROLE {role} LOGIN")
    for shard in shards:
        shard.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
        shard.execute(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}")
    monkeypatch.setenv("MALL_DATABASE_URLS", ",".join(url.replace("postgres@", f"{role}@") for url in database))
    shards[0].execute("INSERT INTO move_parent VALUES (17, 'a', 'first', 1), (17, 'b', 'second', 2)")
    shards[0].execute("INSERT INTO move_child VALUES (17, 'c', 'a', 3), (17, 'd', 'b', 4)")

    def exchange(step: moves.MoveStep) -> None:
        if step.name in ("verify", "catch up"):
            with shards[0].transaction():
                for name, id_ in (("x", "a"), ("y", "b"), ("second", "a"), ("first", "b")):
                    shards[0].execute("UPDATE move_parent SET name = %s WHERE id = %s", [name, id_])

    moves.move(17, 1, grace=0, notice=0, progress=exchange)

    assert sorted(rows(shards, "move_parent")) == [(1, "a", 17, 1), (1, "b", 17, 2)]
    assert shards[1].execute("SELECT name FROM move_parent ORDER BY id").fetchall() == [("second",), ("first",)]
    for shard in shards:
        shard.execute(f"DROP OWNED BY {role}")
    shards[0].execute(f"DROP ROLE {role}")


def test_numbers_go_on_growing_when_the_slot_has_moved_to_a_shard_that_counted_less(
    shards: list[psycopg.Connection[Any]],
) -> None:
    event = (
        "INSERT INTO outbox (slot, id, aggregate, source, type, version, sequence, data, occurred_at) "
        "VALUES (17, %s, 'ord_1', 'mall.orders', 'orders.Placed', 1, 1, '{}', now())"
    )
    shards[0].execute("SELECT setval('outbox_seq', 100000)")
    shards[0].execute(event, ["first"])

    moves.move(17, 1, grace=0, notice=NOTICE)
    shards[1].execute(event, ["second"])

    order = shards[1].execute("SELECT id FROM outbox WHERE aggregate = 'ord_1' ORDER BY seq").fetchall()
    assert order == [("first",), ("second",)]


def test_a_slot_is_moved_by_one_mover_at_a_time(shards: list[psycopg.Connection[Any]]) -> None:
    blocked = []

    def second(step: moves.MoveStep) -> None:
        if step.name == "verify":
            free = shards[0].execute("SELECT pg_try_advisory_lock(20747, 17)").fetchone()
            blocked.append(free)

    moves.move(17, 1, grace=0, notice=NOTICE, progress=second)

    assert blocked == [(False,)]


def test_a_mover_that_was_overtaken_writes_nothing_more(shards: list[psycopg.Connection[Any]]) -> None:
    def overtake(step: moves.MoveStep) -> None:
        if step.name == "verify":
            for shard in shards:
                shard.execute("UPDATE slot_fence SET mover = 'another' WHERE slot = 17")

    with pytest.raises(moves.Overtaken):
        moves.move(17, 1, grace=0, notice=NOTICE, progress=overtake)

    assert [shard.execute("SELECT state FROM slot_fence").fetchone() for shard in shards] == [
        ("leaving",),
        ("arriving",),
    ]
    moves.move(17, 1, grace=0, notice=NOTICE)
    assert moves.current().shard_of(17) == 1


def test_a_table_that_cannot_be_copied_faithfully_stops_the_move_before_it_begins(
    shards: list[psycopg.Connection[Any]],
) -> None:
    for shard in shards:
        shard.execute("CREATE TRIGGER more BEFORE INSERT ON move_parent FOR EACH ROW EXECUTE FUNCTION guard_slot('x')")

    with pytest.raises(moves.MoveRefused, match="triggers of its own"):
        moves.move(17, 1, grace=0, notice=NOTICE)

    assert moves.unfinished() == []
    assert [shard.execute("SELECT count(*) FROM slot_fence").fetchone() for shard in shards] == [(0,), (0,)]


def test_a_row_keeps_its_slot(shards: list[psycopg.Connection[Any]]) -> None:
    shards[0].execute("INSERT INTO move_parent VALUES (17, 'a', 'a', 1)")

    with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        shards[0].execute("UPDATE move_parent SET slot = 18")
