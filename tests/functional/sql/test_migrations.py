"""Migrations bring every shard to the same place while people use it, and refuse what they do not understand."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from infra.local.postgres import Postgres
from mall.sql import maintenance, migrations, shards
from mall.sql.base import PARTITIONS, Base, kind_of
from mall.sql.migrations import ops

LAYER = Path(__file__).parents[3] / "layers/mall/python"
VALID = "SELECT bool_and(indisvalid) FROM pg_index WHERE indexrelid::regclass::text ~ '^ix_parcel'"
NEWEST = migrations.scripts().get_current_head()


@pytest.fixture
def empty(postgres: Postgres, worker_id: str) -> Iterator[list[str]]:
    """Two databases that no migration has touched."""
    names = [f"fresh_{worker_id}_{number}" for number in range(2)]
    postgres.drop(*names)
    yield postgres.urls(*names)
    postgres.drop(*names)


def execute(url: str, statement: str) -> list[Any]:
    with maintenance.connect(url) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def test_every_shard_is_brought_to_the_newest_revision_with_its_progress_told(empty: list[str]) -> None:
    steps: list[migrations.Step] = []

    after = migrations.migrate(empty, progress=steps.append)

    assert [(one.shard, one.revision, one.behind) for one in after] == [(0, NEWEST, 0), (1, NEWEST, 0)]
    done = [(step.shard, step.number) for step in steps if step.done]
    assert done == [(shard, number + 1) for shard in range(2) for number in range(steps[0].total)]
    assert migrations.migrate(empty, progress=steps.append) == after
    assert [step for step in steps if step.done] == [step for step in steps[: 2 * len(done)] if step.done]


def test_two_migrators_at_once_do_the_work_once(empty: list[str]) -> None:
    migrators = [
        subprocess.Popen(
            [sys.executable, "-m", "mall.sql", "migrate"],
            cwd=LAYER, env=os.environ | {"MALL_DATABASE_URLS": ",".join(empty)}, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    told = [migrator.communicate(timeout=60)[0] for migrator in migrators]

    assert [migrator.returncode for migrator in migrators] == [0, 0]
    assert sum(len(re.findall(r"\b1/", output)) for output in told) == 2  # the first revision, once a shard
    migrations.compare(empty)


def test_a_shard_that_lags_behind_catches_up(empty: list[str]) -> None:
    migrations.migrate(empty[:1])

    assert [one.behind == 0 for one in migrations.status(empty)] == [True, False]
    with pytest.raises(migrations.ShardsDiverge, match="different revisions"):
        migrations.compare(empty)
    migrations.migrate(empty)

    migrations.compare(empty)


def test_a_shard_at_an_unknown_revision_stops_everything(empty: list[str]) -> None:
    migrations.migrate(empty[1:])
    execute(empty[1], "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(migrations.ShardsDiverge, match="9999"):
        migrations.migrate(empty)

    assert migrations.status(empty[:1])[0].revision is None


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE inbox ADD COLUMN extra text",
        "CREATE INDEX extra ON inbox (at)",
        "DROP TRIGGER guard_slot ON inbox",
        "ALTER TABLE inbox ALTER COLUMN at DROP NOT NULL",
        "ALTER TABLE inbox DISABLE TRIGGER guard_slot",
    ],
)
def test_shards_of_one_revision_that_differ_are_refused(empty: list[str], change: str) -> None:
    migrations.migrate(empty)
    execute(empty[1], change)

    with pytest.raises(migrations.ShardsDiverge, match="inbox"):
        migrations.migrate(empty)


def test_one_database_given_as_two_shards_is_refused(empty: list[str]) -> None:
    with pytest.raises(migrations.ShardsDiverge, match="same database"):
        migrations.migrate([empty[0], empty[0]])


def test_the_database_ends_what_takes_too_long_even_for_sessions_that_set_nothing(empty: list[str]) -> None:
    migrations.migrate(empty)

    with psycopg.connect(empty[0].replace("+psycopg", "")) as connection:
        shown = connection.execute("SELECT setting FROM pg_settings WHERE name = 'statement_timeout'").fetchone()

    assert shown == (str(shards.TIMEOUTS["statement_timeout"]),)


def test_a_revision_that_meets_a_lock_gives_way_and_is_tried_again(empty: list[str]) -> None:
    in_the_way = maintenance.connect(empty[0], autocommit=False)
    tries: list[str] = []

    def watch(step: migrations.Step) -> None:
        if step.shard == 0 and step.number == 1 and not step.done:
            tries.append(step.revision)
            if len(tries) == 1:
                in_the_way.execute("CREATE TABLE slot_map (in_the_way text)")
            else:
                in_the_way.rollback()

    migrations.migrate(empty, progress=watch)

    assert len(tries) == 2
    migrations.compare(empty)
    in_the_way.close()


@pytest.fixture
def parcel(database: list[str]) -> Iterator[str]:
    """A sharded table with rows on one shard."""
    with _operations(database[0]):
        ops.create_sharded_table("parcel", sa.Column("id", sa.Text, nullable=False), sa.Column("weight", sa.Integer))
    execute(database[0], "INSERT INTO parcel SELECT g % 64, 'p' || g, g FROM generate_series(1, 1000) g")
    yield database[0]
    execute(database[0], "DROP TABLE parcel")


def _operations(url: str) -> Any:
    class Applied:
        def __enter__(self) -> None:
            self.engine = maintenance.engine(url)
            self.connection = self.engine.connect()
            self.transaction = self.connection.begin()
            context = MigrationContext.configure(self.connection)
            context._transaction = self.transaction  # as Alembic has it while a revision runs
            self.operations = Operations.context(context)
            self.operations.__enter__()
            self.context = context

        def __exit__(self, *error: Any) -> None:
            self.operations.__exit__(*error)
            if error[0] is None:
                self.connection.commit()
            self.connection.close()
            self.engine.dispose()

    return Applied()


def test_an_index_is_built_on_every_partition_and_counts_as_one(parcel: str) -> None:
    with _operations(parcel):
        ops.create_index("ix_parcel_weight", "parcel", "slot, weight", sharded=True)

    parts = execute(parcel, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'ix_parcel_weight'::regclass")
    valid = execute(
        parcel, "SELECT bool_and(indisvalid) FROM pg_index WHERE indexrelid::regclass::text LIKE 'ix_parcel%'"
    )
    assert (parts, valid) == ([(PARTITIONS,)], [(True,)])


def test_an_index_whose_build_was_interrupted_is_built_again(parcel: str) -> None:
    execute(parcel, "CREATE INDEX ix_parcel_weight ON ONLY parcel (weight)")
    execute(parcel, "CREATE INDEX ix_parcel_weight_p3 ON parcel_p3 (weight)")
    execute(
        parcel, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_parcel_weight_p3'::regclass"
    )  # as a cancelled concurrent build leaves it

    with _operations(parcel):
        ops.create_index("ix_parcel_weight", "parcel", "weight", sharded=True)

    valid = execute(
        parcel, "SELECT bool_and(indisvalid) FROM pg_index WHERE indexrelid::regclass::text LIKE 'ix_parcel%'"
    )
    assert valid == [(True,)]


def test_a_column_becomes_not_null_by_a_proven_check(parcel: str) -> None:
    with _operations(parcel):
        ops.set_not_null("parcel", "weight")

    with pytest.raises(psycopg.errors.NotNullViolation):
        execute(parcel, "INSERT INTO parcel VALUES (1, 'x', NULL)")
    assert execute(parcel, "SELECT count(*) FROM pg_constraint WHERE conname LIKE '%not_null'") == [(0,)]


def test_a_row_that_breaks_the_rule_stops_a_check_and_leaves_the_table_as_it_was(parcel: str) -> None:
    execute(parcel, "INSERT INTO parcel VALUES (1, 'x', NULL)")

    with pytest.raises(sa.exc.IntegrityError), _operations(parcel):
        ops.set_not_null("parcel", "weight")

    execute(parcel, "INSERT INTO parcel SELECT 2, 'y', 5")


def test_every_model_of_a_sharded_table_is_guarded_and_has_the_columns_of_its_table(database: list[str]) -> None:
    import mall.sql.tables

    with maintenance.connect(database[0]) as connection:
        for table in mall.sql.tables.Base.metadata.tables.values():
            kind = kind_of(table)
            there = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [table.name]).fetchone()
            if kind is None or not kind.sharded or there == (False,):
                continue
            columns = connection.execute(
                "SELECT attname::text FROM pg_attribute "
                "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
                [table.name],
            ).fetchall()
            guards = connection.execute(
                "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = 'guard_slot'", [table.name]
            ).fetchone()
            assert {name for (name,) in columns} == {column.name for column in table.columns}, table.name
            assert guards == (1,), table.name
    assert {"outbox", "inbox"} <= Base.metadata.tables.keys()


@pytest.mark.parametrize("command", [["status"], ["map"]])
def test_the_command_line_tells_where_things_are(database: list[str], command: list[str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "mall.sql", *command],
        cwd=LAYER, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert "shard 1" in ran.stdout


def test_the_command_line_says_in_one_sentence_what_it_refuses(database: list[str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "mall.sql", "move", "17", "--to", "7"],
        cwd=LAYER, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert ran.returncode == 1
    assert ran.stderr == "There is no slot 17, or no shard 7.\n"
