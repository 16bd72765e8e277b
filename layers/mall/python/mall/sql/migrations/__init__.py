"""The schema of the shards, as a line of revisions that only goes forward.

    migrate()          every shard up to the newest revision, one shard after the other
    status()           where each shard is
    compare()          refuses shards whose tables differ

Old and new code run at the same time while a deployment goes on, so a revision only adds; what nobody uses any more is
removed by a later revision that names the one it completes (`contracts = "0004"`). `lint` holds revisions to that.

Two migrators at once are safe: the second waits until the first has given back the advisory locks of all shards. A
statement waits for a table three seconds at most, since everybody else queues behind it, and the revision is then tried
again.
"""

import hashlib
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from mall.sql import maintenance, shards

_HERE = Path(__file__).parent
_LOCK_SECONDS = 300.0
_TRIES = 10
_SAY_AGAIN = {"55P03", "40P01"}  # lock not available, deadlock


class MigrationRefused(Exception):
    """The shards are not migrated; the message says in one sentence why not."""


class ShardsDiverge(MigrationRefused):
    """The shards do not have the same tables, or not those of a known revision."""


@dataclass(frozen=True)
class Step:
    """A revision about to be applied to a shard (`done` false) or just applied: the `number`th of `total`."""

    shard: int
    number: int
    total: int
    revision: str
    title: str
    done: bool


Progress = Callable[[Step], None]


@dataclass(frozen=True)
class ShardStatus:
    """Where a shard is: its `revision` (None before the first) and how many newer ones it lacks."""

    shard: int
    revision: str | None
    behind: int


def migrate(urls: Sequence[str] | None = None, *, progress: Progress | None = None) -> list[ShardStatus]:
    """Bring every shard to the newest revision and return where they are.

    Raises ShardsDiverge before anything is changed when a shard is at a revision that this code does not know, or
    when shards of the same revision have different tables; MigrationRefused when a lock cannot be had in time.
    """
    addresses = maintenance.urls(urls)
    _distinct(addresses)
    with ExitStack() as held:
        # All shards' locks before the first look: what another migrator has half done is no difference between shards.
        connections = [held.enter_context(_alone(shard, url)) for shard, url in enumerate(addresses)]
        _same_tables(addresses, status(addresses))
        for shard, connection in enumerate(connections):
            _migrate_shard(shard, connection, progress)
        after = status(addresses)
        _same_tables(addresses, after)
    return after


def status(urls: Sequence[str] | None = None) -> list[ShardStatus]:
    """Where each shard is. Raises ShardsDiverge for a shard at an unknown revision."""
    line = _line()
    found = []
    for shard, url in enumerate(maintenance.urls(urls)):
        with _connected(url) as connection:
            revision = _revision(connection, shard)
        if revision is not None and revision not in line:
            raise ShardsDiverge(f"Shard {shard} is at revision {revision}, which this code does not know.")
        found.append(ShardStatus(shard, revision, len(line) - (0 if revision is None else line.index(revision) + 1)))
    return found


def compare(urls: Sequence[str] | None = None) -> None:
    """Raise ShardsDiverge unless all shards are at the same revision and have the same tables."""
    addresses = maintenance.urls(urls)
    found = status(addresses)
    if len({one.revision for one in found}) > 1:
        listed = ", ".join(f"shard {one.shard} is at {one.revision}" for one in found)
        raise ShardsDiverge(f"The shards are at different revisions ({listed}); migrate them.")
    _same_tables(addresses, found)


def scripts(folder: Path | None = None) -> ScriptDirectory:
    """The revisions in `folder`, or our own."""
    return ScriptDirectory(
        str(_HERE),
        file_template="%(rev)s_%(slug)s",
        version_locations=[str(folder or _HERE / "versions")],
        messaging_opts={"quiet": True},
    )


def new(title: str) -> Path:
    """Write an empty revision after the newest one and return its file."""
    directory = scripts()
    line = _line()
    made = directory.generate_revision(f"{len(line) + 1:04d}", title, head=line[-1] if line else "base")
    if made is None:
        raise MigrationRefused("Alembic wrote no revision.")
    return Path(made.path)


def _migrate_shard(shard: int, connection: Connection, progress: Progress | None) -> None:
    for attempt in range(_TRIES):
        try:
            _upgrade(connection, shard, progress)
            _set_timeouts(connection)
            return
        except DBAPIError as error:
            connection.rollback()
            if getattr(error.orig, "sqlstate", None) not in _SAY_AGAIN:
                raise
            if attempt == _TRIES - 1:
                raise MigrationRefused(
                    f"Shard {shard} stays at its revision: a table was busy {_TRIES} times in a row."
                ) from error
            time.sleep(random.uniform(0.2, 1.0) * (attempt + 1))  # noqa: S311  (spreads retries, protects nothing)


def _upgrade(connection: Connection, shard: int, progress: Progress | None) -> None:
    line = _line()
    total = len(line)

    def tell(revision: str, *, done: bool) -> None:
        if progress is not None:
            title = directory.get_revision(revision).doc
            progress(Step(shard, line.index(revision) + 1, total, revision, title, done))

    def plan(current: Any, context: MigrationContext) -> Any:
        for step in directory._upgrade_revs("head", current):
            tell(step.revision.revision, done=False)
            yield step
            tell(step.revision.revision, done=True)

    directory = scripts()
    with EnvironmentContext(Config(), directory, fn=plan, destination_rev="head") as environment:
        environment.configure(connection=connection, transaction_per_migration=True)
        with environment.begin_transaction():
            environment.run_migrations()
    connection.commit()


def _set_timeouts(connection: Connection) -> None:
    """Let the database itself end what takes too long: behind RDS Proxy, sessions cannot set their own timeouts."""
    name = connection.dialect.identifier_preparer.quote_identifier(connection.scalar(text("SELECT current_database()")))
    for setting, milliseconds in shards.TIMEOUTS.items():
        connection.execute(text(f"ALTER DATABASE {name} SET {setting} = {milliseconds:d}"))
    connection.commit()


def _line() -> list[str]:
    """Our revisions from the first to the newest."""
    directory = scripts()
    heads = directory.get_heads()
    if len(heads) > 1:
        raise MigrationRefused(
            f"The revisions fork: {', '.join(sorted(heads))} are all newest; put one after the other."
        )
    return [revision.revision for revision in directory.walk_revisions()][::-1]


def _revision(connection: Connection, shard: int) -> str | None:
    found = MigrationContext.configure(connection).get_current_heads()
    if len(found) > 1:
        raise ShardsDiverge(f"Shard {shard} says that it is at several revisions: {', '.join(found)}.")
    connection.rollback()
    return found[0] if found else None


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = maintenance.engine(url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@contextmanager
def _alone(shard: int, url: str) -> Iterator[Connection]:
    """A connection that keeps other migrators off this shard; the lock goes with it if we die."""
    with _connected(url) as connection:
        patience = time.monotonic() + _LOCK_SECONDS
        while not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": maintenance.LOCK}):
            connection.rollback()
            if time.monotonic() > patience:
                raise MigrationRefused(f"Shard {shard} is being migrated by somebody else.")
            time.sleep(0.2)
        connection.commit()
        try:
            yield connection
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": maintenance.LOCK})
            connection.commit()


def _distinct(addresses: Sequence[str]) -> None:
    identities: dict[Any, int] = {}
    for shard, url in enumerate(addresses):
        with _connected(url) as connection:
            row = connection.execute(
                text(
                    "SELECT d.oid, d.datname, c.system_identifier FROM pg_control_system() c, pg_database d "
                    "WHERE d.datname = current_database()"
                )
            ).one()
        other = identities.setdefault(tuple(row), shard)
        if other != shard:
            raise ShardsDiverge(f"Shards {other} and {shard} are the same database.")


def _same_tables(addresses: Sequence[str], found: Sequence[ShardStatus]) -> None:
    seen: dict[str | None, tuple[int, dict[str, str]]] = {}
    for one in found:
        with _connected(addresses[one.shard]) as connection:
            objects = {str(name): _hash(str(text_)) for name, text_ in connection.execute(text(_OBJECTS))}
        shard, expected = seen.setdefault(one.revision, (one.shard, objects))
        different = sorted(name for name in expected.keys() | objects if expected.get(name) != objects.get(name))
        if different:
            raise ShardsDiverge(
                f"Shards {shard} and {one.shard} are both at revision {one.revision} but differ in "
                f"{', '.join(different[:5])}{' and more' if len(different) > 5 else ''}."
            )


def _hash(definition: str) -> str:
    return hashlib.sha256(definition.encode()).hexdigest()


# What a migration can make, by name and definition. Extensions may differ by server, so their objects do not count.
_OBJECTS = """
WITH ours AS (
    SELECT c.oid, c.relname FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
)
SELECT concat('column ', relname, '.', attname),
       concat(format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, pg_get_expr(adbin, adrelid))
FROM ours JOIN pg_attribute a ON a.attrelid = ours.oid AND attnum > 0 AND NOT attisdropped
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
UNION ALL
SELECT concat('index ', relname, '.', i.indexrelid::regclass), concat(pg_get_indexdef(i.indexrelid), i.indisvalid)
FROM ours JOIN pg_index i ON i.indrelid = ours.oid
UNION ALL
SELECT concat('constraint ', relname, '.', conname), concat(pg_get_constraintdef(k.oid), convalidated)
FROM ours JOIN pg_constraint k ON k.conrelid = ours.oid
UNION ALL
SELECT concat('trigger ', relname, '.', tgname), concat(pg_get_triggerdef(t.oid), tgenabled)
FROM ours JOIN pg_trigger t ON t.tgrelid = ours.oid AND NOT tgisinternal
UNION ALL
SELECT concat('function ', p.oid::regprocedure), pg_get_functiondef(p.oid)
FROM pg_proc p
WHERE p.pronamespace = 'public'::regnamespace AND p.prokind IN ('f', 'p')
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
