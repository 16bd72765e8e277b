"""What revisions are made of, beside Alembic's own operations: the things that a sharded table needs every time.

    def upgrade() -> None:
        ops.create_sharded_table(
            "address",
            sa.Column("id", sa.Text, nullable=False),
            sa.Column("user_id", sa.Text, nullable=False),
            key=("id",),
        )
        op.create_index("ix_address_user_id", "address", ["user_id"])  # fine here: the table is new and empty

On a table with rows: `create_index` instead of `op.create_index`, `add_check`, `set_not_null`, `drop_index`.
They work outside a transaction, so the whole revision can be run again after any of their statements.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from mall.sql.base import PARTITIONS

GUARD = "guard_slot"
"""The name of the trigger, and of its function, that every sharded table has. See `mall.sql.moves`."""


def create_sharded_table(
    name: str, *columns: Any, key: Sequence[str] = ("id",), guard_by: str = GUARD, **options: Any
) -> None:
    """Create a table that is divided over the shards by slot, and inside a shard hash-partitioned by it.

    The column `slot` is added, the primary key is (slot, *key), and the trigger that lets a slot move is put on it.
    A unique or foreign key of the table has `slot` as a part, or it would not hold across partitions. `guard_by` names
    the trigger's function: `guard_appended` (0006) also refuses to change rows or to delete them.
    """
    op.create_table(
        name,
        sa.Column("slot", sa.SmallInteger, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("slot", *key, name=f"pk_{name}"),
        sa.CheckConstraint("slot BETWEEN 0 AND 1023", name=f"ck_{name}_slot"),
        postgresql_partition_by="HASH (slot)",
        **options,
    )
    for number in range(PARTITIONS):
        op.execute(
            f"CREATE TABLE {_quoted(partition(name, number))} PARTITION OF {_quoted(name)} "
            f"FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number})"
        )
    op.execute(guard(name, ("slot", *key), guard_by))


def guard(name: str, key: Sequence[str], function: str = GUARD) -> str:
    """The statement that puts the trigger on the sharded table `name`, whose primary key is `key`."""
    arguments = ", ".join("'" + value.replace("'", "''") + "'" for value in (name, *key))
    return (
        f"CREATE TRIGGER {GUARD} BEFORE INSERT OR UPDATE OR DELETE ON {_quoted(name)} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}({arguments})"
    )


def partition(name: str, number: int) -> str:
    """The name of a partition of the sharded table `name`."""
    return f"{name}_p{number}"


def create_index(name: str, table: str, columns: str, *, unique: bool = False, where: str = "", sharded: bool) -> None:
    """Build an index on a table that is in use, without stopping its writers.

    `columns` is what stands between the parentheses. On a sharded table it is built partition by partition, and the
    index of the whole comes into being when the last part is attached.
    """
    kind = "UNIQUE INDEX" if unique else "INDEX"
    tail = f"({columns})" + (f" WHERE {where}" if where else "")
    with op.get_context().autocommit_block():
        # Builds of this kind wait for old transactions and let everybody else through meanwhile.
        op.execute("SET lock_timeout = 0")
        if not sharded:
            _build(kind, name, table, tail)
        else:
            op.execute(
                "-- squawk-ignore require-concurrent-index-creation\n"
                f"CREATE {kind} IF NOT EXISTS {_quoted(name)} ON ONLY {_quoted(table)} {tail}"
            )
            for number in range(PARTITIONS):
                part = f"{name}_p{number}"
                _build(kind, part, partition(table, number), tail)
                op.execute(f"ALTER INDEX {_quoted(name)} ATTACH PARTITION {_quoted(part)}")
        op.execute("SET lock_timeout = '3s'")


def drop_index(name: str, *, sharded: bool) -> None:
    """Drop an index. A sharded table's index cannot be dropped concurrently, but dropping one takes milliseconds."""
    if sharded:
        op.execute(f"-- squawk-ignore require-concurrent-index-deletion\nDROP INDEX IF EXISTS {_quoted(name)}")
        return
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {_quoted(name)}")


def add_check(name: str, table: str, condition: str) -> None:
    """Add a check to a table that is in use: first for new rows only, then the old ones are read without a lock."""
    with op.get_context().autocommit_block():
        op.execute(_drop_check(name, table))
        op.execute(f"ALTER TABLE {_quoted(table)} ADD CONSTRAINT {_quoted(name)} CHECK ({condition}) NOT VALID")
        op.execute(f"ALTER TABLE {_quoted(table)} VALIDATE CONSTRAINT {_quoted(name)}")


def set_not_null(table: str, column: str) -> None:
    """Make a column of a table in use NOT NULL, proven by a validated check instead of reading rows under a lock."""
    name = f"ck_{table}_{column}_not_null"
    add_check(name, table, f"{_quoted(column)} IS NOT NULL")
    op.execute(f"ALTER TABLE {_quoted(table)} ALTER COLUMN {_quoted(column)} SET NOT NULL")
    op.execute(_drop_check(name, table))


def _drop_check(name: str, table: str) -> str:
    """Drop a check that this revision has made, or an interrupted run of it."""
    return (
        f"-- squawk-ignore ban-drop-constraint\nALTER TABLE {_quoted(table)} DROP CONSTRAINT IF EXISTS {_quoted(name)}"
    )


def _build(kind: str, name: str, table: str, tail: str) -> None:
    context = op.get_context()
    if not context.as_sql:
        valid = op.get_bind().scalar(
            sa.text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)"), {"name": _quoted(name)}
        )
        if valid is False:  # an earlier build was interrupted
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {_quoted(name)}")
    op.execute(f"CREATE {kind} CONCURRENTLY IF NOT EXISTS {_quoted(name)} ON {_quoted(table)} {tail}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
