"""Moving a slot from one shard to another while people write to it: nothing lost, nothing double.

    move(17, target=1)      python -m mall.sql move 17 --to 1

Every sharded table carries the trigger `guard_slot` (first revision of the migrations). As long as a slot has no row in
the shard's `slot_fence` the trigger does nothing. The row's `state` is

    leaving      writes go on; the key of each written row is noted in `slot_change`
    arriving     only the mover writes
    elsewhere    nobody writes: the slot lives on another shard        (both refuse with SQLSTATE ML001)

and a move goes through these steps:

    announce   `slot_map` on shard 0 says that the slot is on the move; wait until no map is older than that
    fence      target `arriving`, source `leaving`
    barrier    wait for the transactions that began before the fence, since they may have passed it unseen
    copy       one snapshot of the source's rows, after which the target's leftovers are replaced in one transaction
    catch up   apply what `slot_change` names, as it is now at the source, again and again until little is left
    verify     compare count and checksum of every table, source and target at the same snapshot
    cut over   hold back the slot's writers, apply and compare the last changes, then: source `elsewhere`
               ---- up to here the move can be undone, from here on it can only be finished ----
    flip       `slot_map` on shard 0 names the target
    open       the target's fence goes
    clean      after a time of grace, the source's rows are deleted, and the slot is no longer on the move

Only the single commit that turns the source to `elsewhere` decides. Whoever dies at any point leaves a state from which
`move` (again) or `settle` finishes, and `undo` goes back while that is possible; `slot_move` on shard 0 is the journal.
One mover at a time works on a slot: it holds a lock on shard 0, and puts its name on both fences. One that lost its
lock without noticing finds another name there and stops. Migrations wait for movers, and the other way round.

What others see of it:
- A writer to the slot waits during the cut-over (milliseconds: the last changes, and as long as its slowest running
  transaction), and is then refused until `open`. `sql.retrying` reads the map again and repeats it at the new place.
- While a slot is on the move, every session reads the map when it begins, and a read-write session asks its shard
  before it commits whether the moving slots are still there. So nothing is decided, found absent or committed at a
  place that the slot had left; such a transaction is repeated.
- A read-only session that began just before the cut-over may read the rows as they were then: it is stale by no more
  than its own age. The rows stay for GRACE seconds, which is longer than the server lets any transaction idle.
- A read over all shards takes from each shard only the slots that its map places there, so a row counts once, whichever
  map it has.

What it asks of the tables: the primary key starts with `slot`; no other row triggers; foreign keys between sharded
tables make no circle; values of sequences need not be unique over the shards. A slot is copied in one transaction.
A mover that may set `session_replication_role` (a member of rds_superuser, say) follows rows that exchange unique
values one by one; another one copies the slot again when that happens in a table that others refer to.
"""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, Self

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from mall import config
from mall.sql import maintenance, slots

GRACE = 30.0
"""Seconds for which a moved slot's rows stay at the old place, for the reads that began there."""

NOTICE = slots.LIFE + 5.0
"""Seconds between announcing a move and beginning it: longer than anybody uses a map that says nothing moves."""

BARRIER = 120.0
"""Seconds for which a move waits for transactions that are older than its fence."""

PATIENCE = 60.0
"""Seconds to wait for another mover's lock: a mover that was killed may be missed by its server only after a moment."""

_SLOT_LOCK = 20748  # the number is also in the trigger
_MOVER_LOCK = 20747
_LITTLE = 100
_ROUNDS = 50
_CUTS = 40
_CUT_LOCK = "300ms"
_BATCH = 5000

Connection = psycopg.Connection[Any]


class MoveRefused(Exception):
    """The slot is not moved, and nothing was changed; the message says why in one sentence."""


class MoverAtWork(MoveRefused):
    """Somebody else is moving this slot right now."""


class MoveUndone(Exception):
    """The move did not work and was undone: the slot is where it was."""


class Overtaken(Exception):
    """Another mover has taken over this slot."""


class _TooMuchLeft(Exception):
    """The source has changed too much for the cut-over to be short."""


@dataclass(frozen=True)
class MoveStep:
    """What the move of `slot` does now."""

    slot: int
    name: str
    detail: str = ""


Progress = Callable[[MoveStep], None]


@dataclass(frozen=True)
class Move:
    """A move as the journal has it: `state` is copying, moved (not yet cleaned), done or undone."""

    id: int
    slot: int
    source: int
    target: int
    state: str


@dataclass(frozen=True)
class _Table:
    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    referenced: bool

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.name)

    @property
    def column_list(self) -> sql.Composed:
        return _names(self.columns)


def move(
    slot: int,
    target: int,
    *,
    grace: float | None = GRACE,
    notice: float = NOTICE,
    barrier: float = BARRIER,
    progress: Progress | None = None,
) -> None:
    """Move `slot` to the shard `target`; when the slot is there already, only finish what is left of an earlier move.

    Returns when the old rows are deleted; with `grace` None as soon as the slot is open at the target, so that many
    slots can be moved before `settle` deletes the old rows of all of them. Raises MoveRefused, or MoveUndone with the
    reason when it could not be done.
    """
    if not 0 <= slot < len(slots.configured().shards) or not 0 <= target < len(config.database_urls()):
        raise MoveRefused(f"There is no slot {slot}, or no shard {target}.")
    with _Mover(slot, progress) as mover:
        pending = mover.pending()
        if pending is not None and (pending.state == "moved" or mover.decided(pending)):
            mover.finish(pending, GRACE if grace is None and pending.target != target else grace)
            pending = None
        if pending is not None and pending.target != target:
            mover.undo(pending)
            pending = None
        if pending is None:
            source = mover.holder()
            if source == target:
                return
            pending = mover.begin(source, target)
        try:
            mover.announce(pending, notice)
            mover.prepare(pending, barrier)
            mover.cut_over(pending)
        except Overtaken:
            raise
        except BaseException as error:
            if not mover.abandon(pending):
                raise
            raise MoveUndone(f"Slot {slot} stays on shard {pending.source}: {_one_line(error)}") from error
        mover.finish(pending, grace)


def settle(*, grace: float = GRACE, patience: float = PATIENCE, progress: Progress | None = None) -> list[Move]:
    """Finish every move that is past its cut-over, and return those that are still before it.

    A slot whose mover is alive is left to it, after `patience` seconds, and returned too.
    """
    left = []
    for known in unfinished():
        try:
            with _Mover(known.slot, progress, patience) as mover:
                pending = mover.pending()
                if pending is not None and (pending.state == "moved" or mover.decided(pending)):
                    mover.finish(pending, grace)
                elif pending is not None:
                    left.append(pending)
        except MoverAtWork:
            left.append(known)
    return left


def undo(slot: int, *, progress: Progress | None = None) -> None:
    """Go back to before an interrupted move. Raises MoveRefused when it is past its cut-over, or there is none."""
    with _Mover(slot, progress) as mover:
        pending = mover.pending()
        if pending is None:
            raise MoveRefused(f"Slot {slot} is not being moved.")
        if pending.state != "copying" or mover.decided(pending):
            raise MoveRefused(f"Slot {slot} lives on shard {pending.target} already; finish the move.")
        mover.undo(pending)


def unfinished() -> list[Move]:
    """The moves that have begun and not ended."""
    with maintenance.connect(config.database_urls()[0]) as home:
        rows = home.execute(
            "SELECT id, slot, source, target, state FROM slot_move WHERE state IN ('copying', 'moved') ORDER BY id"
        ).fetchall()
    return [Move(*row) for row in rows]


def current() -> slots.SlotMap:
    """Which shard holds which slot, as shard 0 says at this moment."""
    with maintenance.connect(config.database_urls()[0]) as home:
        return _map(home)


class _Mover:
    """One process's hold on one slot, with a connection to each shard that it works on."""

    def __init__(self, slot: int, progress: Progress | None, patience: float = PATIENCE) -> None:
        self.slot = slot
        self._patience = patience
        self.name = uuid.uuid4().hex
        self._progress = progress
        self._urls = config.database_urls()
        self._open: dict[int, Connection] = {}

    def __enter__(self) -> Self:
        try:
            home = self._shard(0)
            got = "SELECT pg_try_advisory_lock(%s, %s)"
            if not _poll(lambda: _true(home, got, _MOVER_LOCK, self.slot), self._patience):
                raise MoverAtWork(f"Slot {self.slot} is being moved by somebody else.")
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    # What is going on

    def pending(self) -> Move | None:
        """The unfinished move of this slot."""
        row = (
            self._shard(0)
            .execute(
                "SELECT id, slot, source, target, state FROM slot_move "
                "WHERE slot = %s AND state IN ('copying', 'moved')",
                [self.slot],
            )
            .fetchone()
        )
        return None if row is None else Move(*row)

    def decided(self, move: Move) -> bool:
        """Whether the cut-over has happened: the source refuses, whatever the journal says so far."""
        return self._fence(move.source) == "elsewhere"

    def holder(self) -> int:
        """The shard where the slot is."""
        return _map(self._shard(0)).shard_of(self.slot)

    # The steps

    def begin(self, source: int, target: int) -> Move:
        """Make sure that every sharded table can be moved, then open the journal."""
        self._same_tables(source, target)
        row = (
            self._shard(0)
            .execute(
                "INSERT INTO slot_move (slot, source, target, state) VALUES (%s, %s, %s, 'copying') RETURNING id",
                [self.slot, source, target],
            )
            .fetchone()
        )
        assert row is not None
        return Move(int(row[0]), self.slot, source, target, "copying")

    def announce(self, move: Move, notice: float) -> None:
        """Say that the slot is on the move, and wait until everybody has heard it."""
        home = self._shard(0)
        # Who resumes a move counts from when it was announced first.
        home.execute(
            "INSERT INTO slot_map (slot, shard, moving) VALUES (%s, %s, true) ON CONFLICT (slot) DO UPDATE "
            "SET moving = true, moved_at = CASE WHEN slot_map.moving THEN slot_map.moved_at ELSE now() END",
            [self.slot, move.source],
        )
        self._wait("announce", "SELECT moved_at FROM slot_map WHERE slot = %s", self.slot, notice)

    def prepare(self, move: Move, barrier: float) -> None:
        """Everything up to the cut-over, with the mall open."""
        source, target = self._shard(move.source), self._shard(move.target)
        tables = self._same_tables(move.source, move.target)
        self._tell("fence")
        self._claim(target, "arriving", over=("arriving", "elsewhere"))
        self._claim(source, "leaving", over=("leaving",))
        self._tell("barrier")
        for shard in (target, source):
            _wait_for_older_transactions(shard, barrier)
        self._tell("copy")
        self._copy(source, target, tables)
        for _ in range(_ROUNDS):
            changed = self._catch_up(source, target, tables, verify=False)
            self._tell("catch up", f"{changed} changes")
            if changed <= _LITTLE:
                break
        self._tell("verify")
        self._catch_up(source, target, tables, verify=True)

    def cut_over(self, move: Move) -> None:
        """Hold back the writers, bring the last changes over and close the source, all within moments."""
        source, target = self._shard(move.source), self._shard(move.target)
        for attempt in range(_CUTS):
            try:
                started = time.monotonic()
                with source.transaction():
                    # Writers queue behind us for no longer than this; then they go first, and we try again.
                    source.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(_CUT_LOCK))
                    source.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_SLOT_LOCK, self.slot])
                    tables = _tables(source)
                    with target.transaction():
                        changes = self._changes(source, limit=_LITTLE * 10)
                        self._begin_writing(target)
                        self._apply(source, target, tables, changes)
                        self._compare(source, target, tables, changes)
                        _raise_sequences(source, target)
                    self._tell("cut over", f"{len(changes)} changes")
                    closed = source.execute(
                        "UPDATE slot_fence SET state = 'elsewhere', changed_at = now() "
                        "WHERE slot = %s AND mover = %s AND state = 'leaving'",
                        [self.slot, self.name],
                    )
                    if closed.rowcount != 1:
                        raise Overtaken(f"Another mover has taken over slot {self.slot}.")
                    source.execute("DELETE FROM slot_change WHERE slot = %s", [self.slot])
                self._tell("cut", f"writers were held back for {(time.monotonic() - started) * 1000:.0f} ms")
                return
            except (
                psycopg.errors.LockNotAvailable,
                psycopg.errors.DeadlockDetected,
                psycopg.errors.IntegrityError,
                _TooMuchLeft,
            ):
                self._tell("catch up", "the slot is busy")
                time.sleep(min(0.02 * (attempt + 1), 0.5))
                self._catch_up(source, target, tables=_tables(source), verify=False)
        raise MoveRefused("it is written to without a pause; try again at a quieter time.")

    def finish(self, move: Move, grace: float | None) -> None:
        """Everything after the cut-over, without the cleaning when `grace` is None. Each step may have happened."""
        home, source, target = self._shard(0), self._shard(move.source), self._shard(move.target)
        self._tell("flip")
        with home.transaction():
            flipped = home.execute(
                "UPDATE slot_move SET state = 'moved', moved_at = clock_timestamp() "
                "WHERE id = %s AND state = 'copying'",
                [move.id],
            )
            if flipped.rowcount == 1:
                home.execute(
                    "INSERT INTO slot_map (slot, shard, moving) VALUES (%s, %s, true) "
                    "ON CONFLICT (slot) DO UPDATE SET shard = excluded.shard, moving = true, moved_at = now()",
                    [self.slot, move.target],
                )
        self._tell("open")
        target.execute("DELETE FROM slot_fence WHERE slot = %s AND state = 'arriving'", [self.slot])
        if grace is None:
            return
        self._wait("wait", "SELECT moved_at FROM slot_move WHERE id = %s", move.id, grace)
        self._tell("clean")
        for table in reversed(_tables(source)):
            while self._delete_some(source, table):
                self._tell("clean", table.name)
        self._end(move, "done")
        self._tell("done")

    def undo(self, move: Move) -> None:
        """Back to the source alone. Only before the cut-over."""
        source, target = self._shard(move.source), self._shard(move.target)
        self._tell("undo")
        with source.transaction():
            source.execute("DELETE FROM slot_fence WHERE slot = %s AND state = 'leaving'", [self.slot])
            if self._fence(move.source) == "elsewhere":
                raise MoveRefused(f"Slot {self.slot} has been cut over meanwhile.")
        source.execute("DELETE FROM slot_change WHERE slot = %s", [self.slot])
        # The target had no row of the slot before, and goes on refusing them: it is not its home.
        self._claim(target, "elsewhere", over=("arriving", "elsewhere"))
        for table in reversed(_tables(target)):
            while self._delete_some(target, table):
                pass
        self._end(move, "undone")

    def abandon(self, move: Move) -> bool:
        """Undo after a failure, if that can be done now; the answer is False when the move must be run again."""
        try:
            # The connection to shard 0 holds the lock that makes us the only mover: without it we are nobody.
            self._shard(0).execute("SELECT 1")
            for shard in {move.source, move.target}:
                if self._shard(shard).closed:
                    del self._open[shard]
            self.undo(move)
        except (psycopg.Error, MoveRefused, Overtaken):
            return False
        return True

    # Their parts

    def _end(self, move: Move, state: str) -> None:
        home = self._shard(0)
        with home.transaction():
            ended = home.execute(
                "UPDATE slot_move SET state = %s WHERE id = %s AND state IN ('copying', 'moved')", [state, move.id]
            )
            if ended.rowcount == 1:
                home.execute("UPDATE slot_map SET moving = false WHERE slot = %s", [self.slot])

    def _same_tables(self, source: int, target: int) -> list[_Table]:
        tables = _tables(self._shard(source))
        if tables != _tables(self._shard(target)):
            raise MoveRefused(f"Shards {source} and {target} do not have the same tables; migrate them.")
        return tables

    def _claim(self, shard: Connection, state: str, *, over: tuple[str, ...]) -> None:
        """Put our name and `state` on the shard's fence, which may be absent or in one of the states `over`."""

        def attempt() -> bool:
            try:
                claimed = shard.execute(
                    "INSERT INTO slot_fence (slot, state, mover) VALUES (%(slot)s, %(state)s, %(mover)s) "
                    "ON CONFLICT (slot) DO UPDATE SET state = excluded.state, mover = excluded.mover, "
                    "changed_at = now() WHERE slot_fence.state = ANY(%(over)s)",
                    {"slot": self.slot, "state": state, "mover": self.name, "over": list(over)},
                )
            except psycopg.errors.LockNotAvailable:
                return False
            if claimed.rowcount != 1:
                raise Overtaken(f"Another mover has taken over slot {self.slot}.")
            return True

        if not _poll(attempt, 60):
            raise MoveRefused(f"The fence of slot {self.slot} is locked by a long transaction.")

    def _copy(self, source: Connection, target: Connection, tables: list[_Table]) -> None:
        with _snapshot(source), target.transaction():
            covered = [change[0] for change in self._changes(source)]
            self._begin_writing(target)
            for table in reversed(tables):
                target.execute(sql.SQL("DELETE FROM {} WHERE slot = %s").format(table.identifier), [self.slot])
            for table in tables:
                rows = sql.SQL("SELECT {} FROM {} WHERE slot = {}").format(
                    table.column_list, table.identifier, self.slot
                )
                _pour(source, rows, target, table.identifier, table)
                self._tell("copy", table.name)
        self._forget_changes(source, covered)

    def _catch_up(self, source: Connection, target: Connection, tables: list[_Table], *, verify: bool) -> int:
        try:
            with _snapshot(source), target.transaction():
                changes = self._changes(source)
                self._begin_writing(target)
                self._apply(source, target, tables, changes)
                if verify:
                    self._compare(source, target, tables, None)
        except psycopg.errors.IntegrityError:
            # Parents that exchanged a unique value, or children that changed theirs, do not go over one by one.
            self._copy(source, target, tables)
            return _LITTLE + 1
        self._forget_changes(source, [change[0] for change in changes])
        return len(changes)

    def _changes(self, source: Connection, limit: int | None = None) -> list[tuple[int, str, dict[str, Any]]]:
        rows = source.execute(
            "SELECT id, relation, key FROM slot_change WHERE slot = %s LIMIT %s",
            [self.slot, None if limit is None else limit + 1],
        ).fetchall()
        if limit is not None and len(rows) > limit:
            raise _TooMuchLeft
        return rows

    def _forget_changes(self, source: Connection, numbers: list[int]) -> None:
        source.execute("DELETE FROM slot_change WHERE id = ANY(%s)", [numbers])

    def _begin_writing(self, target: Connection) -> None:
        """Make sure that the target's fence is still ours, hold it, and pass it."""
        held = target.execute(
            "SELECT 1 FROM slot_fence WHERE slot = %s AND mover = %s AND state = 'arriving' FOR UPDATE",
            [self.slot, self.name],
        ).fetchone()
        if held is None:
            raise Overtaken(f"Another mover has taken over slot {self.slot}.")
        _pass_fence(target, self.slot)
        if _may_replicate(target):
            # What is written here is what the source has checked: no trigger fires, and rows may come in any order.
            target.execute("SET LOCAL session_replication_role = replica")

    def _apply(
        self,
        source: Connection,
        target: Connection,
        tables: list[_Table],
        changes: list[tuple[int, str, dict[str, Any]]],
    ) -> None:
        """Make the target's rows with the keys of `changes` what they are at the source: absent, or equal."""
        keys = _by_table(tables, changes)
        free = _may_replicate(target)
        touched = [table for table in tables if table.name in keys]
        for table in touched:
            stage = sql.Identifier(f"stage_{table.name}")
            target.execute(
                sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                    stage, table.column_list, table.identifier
                )
            )
            _pour(source, self._rows_of(table, keys[table.name]), target, stage, table)
        for table in reversed(touched):
            target.execute(
                # Rows may have exchanged a unique value, so all go before the new ones come. Only what others refer to
                # has to stay in place, if the foreign keys have a say.
                sql.SQL(
                    "DELETE FROM {table} t USING ({keys}) k WHERE t.slot = {slot} AND {match} "
                    "AND NOT ({stays} AND EXISTS (SELECT FROM {stage} s WHERE {same}))"
                ).format(
                    stays=table.referenced and not free,
                    table=table.identifier,
                    keys=_recordset(table, keys[table.name]),
                    slot=self.slot,
                    match=_equal(table, "t", "k"),
                    stage=sql.Identifier(f"stage_{table.name}"),
                    same=_equal(table, "t", "s"),
                )
            )
        for table in touched:
            others = [name for name in table.columns if name not in table.key]
            update = sql.SQL("UPDATE SET ({}) = ROW ({})").format(
                _names(others),
                sql.SQL(", ").join(sql.SQL("excluded.{}").format(sql.Identifier(name)) for name in others),
            )
            target.execute(
                sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT ({}) DO {}").format(
                    table.identifier,
                    table.column_list,
                    table.column_list,
                    sql.Identifier(f"stage_{table.name}"),
                    _names(table.key),
                    update if others else sql.SQL("NOTHING"),
                )
            )

    def _compare(
        self,
        source: Connection,
        target: Connection,
        tables: list[_Table],
        changes: list[tuple[int, str, dict[str, Any]]] | None,
    ) -> None:
        """Compare both sides: every row, or the rows of `changes` and the number of all."""
        keys = None if changes is None else _by_table(tables, changes)
        for table in tables:
            everything = sql.SQL("SELECT {} FROM {} WHERE slot = {}").format(
                table.column_list, table.identifier, self.slot
            )
            if keys is None:
                queries = [_checksum(everything)]
            else:
                queries = [sql.SQL("SELECT count(*) FROM {} WHERE slot = {}").format(table.identifier, self.slot)]
                if table.name in keys:
                    queries.append(_checksum(self._rows_of(table, keys[table.name])))
            for query in queries:
                ours, theirs = source.execute(query).fetchone(), target.execute(query).fetchone()
                if ours != theirs:
                    raise MoveRefused(f"the copies of {table.name} differ ({ours} and {theirs}).")

    def _rows_of(self, table: _Table, keys: list[dict[str, Any]]) -> sql.Composed:
        return sql.SQL("SELECT {} FROM {} t WHERE t.slot = {} AND EXISTS (SELECT FROM ({}) k WHERE {})").format(
            sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(name)) for name in table.columns),
            table.identifier,
            self.slot,
            _recordset(table, keys),
            _equal(table, "t", "k"),
        )

    def _delete_some(self, shard: Connection, table: _Table) -> int:
        """Delete some rows of a slot that does not live on this shard, and return how many."""
        with shard.transaction():
            row = shard.execute("SELECT state FROM slot_fence WHERE slot = %s FOR UPDATE", [self.slot]).fetchone()
            if row is None or row[0] != "elsewhere":
                raise Overtaken(f"Slot {self.slot} lives here; its rows stay.")
            _pass_fence(shard, self.slot)
            return shard.execute(
                sql.SQL(
                    "DELETE FROM {t} WHERE slot = {s} AND ({k}) IN (SELECT {k} FROM {t} WHERE slot = {s} LIMIT {n})"
                ).format(t=table.identifier, s=self.slot, k=_names(table.key), n=_BATCH)
            ).rowcount

    def _wait(self, name: str, since: str, argument: int, seconds: float) -> None:
        """Wait until so many seconds have gone by since the time on shard 0 that the query `since` gives."""
        query = sql.SQL("SELECT {} - extract(epoch FROM clock_timestamp() - ({}))::float").format(
            seconds,
            sql.SQL(since),
        )
        while True:
            row = self._shard(0).execute(query, [argument]).fetchone()
            left = 0.0 if row is None or row[0] is None else float(row[0])
            if left <= 0:
                return
            self._tell(name, f"{left:.0f} s")
            time.sleep(min(left, 1.0))

    def _fence(self, shard: int) -> str | None:
        row = self._shard(shard).execute("SELECT state FROM slot_fence WHERE slot = %s", [self.slot]).fetchone()
        return None if row is None else str(row[0])

    def _shard(self, number: int) -> Connection:
        if number not in self._open:
            connection = maintenance.connect(self._urls[number])
            self._open[number] = connection
            if not _poll(lambda: _true(connection, "SELECT pg_try_advisory_lock_shared(%s)", maintenance.LOCK), 60):
                raise MoveRefused(f"Shard {number} is being migrated.")
        return self._open[number]

    def _close(self) -> None:
        for connection in self._open.values():
            connection.close()
        self._open.clear()

    def _tell(self, name: str, detail: str = "") -> None:
        if self._progress is not None:
            self._progress(MoveStep(self.slot, name, detail))


def _map(home: Connection) -> slots.SlotMap:
    return slots.configured().moved(home.execute("SELECT slot, shard, moving FROM slot_map").fetchall())


def _tables(shard: Connection) -> list[_Table]:
    """The sharded tables, a table before those that refer to it. Raises MoveRefused for one that cannot be moved."""
    rows = shard.execute(_TABLES).fetchall()
    references = shard.execute(_REFERENCES).fetchall()
    tables = {}
    for name, columns, key, guarded, triggers in rows:
        if not guarded or "slot" not in columns or not key or key[0] != "slot":
            raise MoveRefused(f"The table {name} is no sharded table as `ops.create_sharded_table` makes them.")
        if triggers:
            raise MoveRefused(f"The table {name} has triggers of its own, which a copy would set off: {triggers}.")
        tables[name] = _Table(name, tuple(columns), tuple(key), any(parent == name for _, parent in references))
    graph: dict[str, set[str]] = {name: set() for name in sorted(tables)}
    for child, parent in references:
        if child in graph and parent in graph and child != parent:
            graph[child].add(parent)
    try:
        return [tables[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise MoveRefused(f"Foreign keys make a circle: {' → '.join(error.args[1])}.") from error


@contextmanager
def _snapshot(connection: Connection) -> Iterator[None]:
    """A read-only transaction that sees one moment."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _pass_fence(connection: Connection, slot: int) -> None:
    connection.execute("SELECT set_config('mall.moving_slot', %s, true)", [str(slot)])


def _may_replicate(connection: Connection) -> bool:
    return _true(connection, "SELECT has_parameter_privilege('session_replication_role', 'SET')")


def _wait_for_older_transactions(connection: Connection, seconds: float) -> None:
    """Wait until every transaction of this database that runs now has ended."""
    old = {row[0] for row in connection.execute(_TRANSACTIONS).fetchall()}

    def gone() -> bool:
        return not old or old.isdisjoint(row[0] for row in connection.execute(_TRANSACTIONS).fetchall())

    if not _poll(gone, seconds):
        raise MoveRefused(f"a transaction has been open for more than {seconds:.0f} seconds.")


def _raise_sequences(source: Connection, target: Connection) -> None:
    """Let the target go on numbering above what the source has given, so that order by number stays order of time."""
    for (name,) in source.execute(_SEQUENCES).fetchall():
        identifier = sql.Identifier(name)
        row = source.execute(sql.SQL("SELECT last_value FROM {}").format(identifier)).fetchone()
        assert row is not None
        target.execute(
            sql.SQL("SELECT setval({}, {}) FROM {} WHERE last_value <= {}").format(name, row[0] + 1, identifier, row[0])
        )


def _pour(source: Connection, query: sql.Composed, target: Connection, into: sql.Identifier, table: _Table) -> None:
    """Copy the rows of `query` at the source into a table of the target, in PostgreSQL's own binary form."""
    read = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(query)
    write = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(into, table.column_list)
    with source.cursor().copy(read) as rows, target.cursor().copy(write) as copy:
        for block in rows:
            copy.write(block)


def _by_table(
    tables: Iterable[_Table], changes: list[tuple[int, str, dict[str, Any]]]
) -> dict[str, list[dict[str, Any]]]:
    known = {table.name: table for table in tables}
    found: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {}
    for _, relation, key in changes:
        if relation not in known:
            raise MoveRefused(f"the table {relation} has come or gone meanwhile.")
        found.setdefault(relation, {})[tuple(key[name] for name in known[relation].key)] = key
    return {relation: list(keys.values()) for relation, keys in found.items()}


def _recordset(table: _Table, keys: list[dict[str, Any]]) -> sql.Composed:
    return sql.SQL("SELECT {} FROM jsonb_populate_recordset(NULL::{}, {})").format(
        _names(table.key), table.identifier, Jsonb(keys)
    )


def _checksum(query: sql.Composed) -> sql.Composed:
    return sql.SQL("SELECT count(*), sum(hashtextextended(r::text, 0)::numeric) FROM ({}) r").format(query)


def _equal(table: _Table, one: str, other: str) -> sql.Composed:
    return sql.SQL(" AND ").join(
        sql.SQL("{}.{} = {}.{}").format(*(sql.Identifier(part) for part in (one, name, other, name)))
        for name in table.key
    )


def _names(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)


def _true(connection: Connection, query: str, *arguments: int) -> bool:
    row = connection.execute(query.encode(), arguments).fetchone()
    return bool(row and row[0])


def _poll(question: Callable[[], bool], seconds: float) -> bool:
    patience = time.monotonic() + seconds
    while not question():
        if time.monotonic() > patience:
            return False
        time.sleep(0.02)
    return True


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


_TABLES = """
SELECT c.relname,
       (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''),
       (SELECT array_agg(attname::text ORDER BY place)
        FROM pg_index, unnest(indkey) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute ON attnum = number WHERE indrelid = c.oid AND indisprimary AND attrelid = c.oid),
       EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid AND tgname = 'guard_slot' AND tgenabled = 'O'),
       (SELECT string_agg(tgname, ', ') FROM pg_trigger
        WHERE tgrelid = c.oid AND NOT tgisinternal AND tgname <> 'guard_slot')
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'p' AND NOT c.relispartition
"""

_REFERENCES = """
SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND conparentid = 0
"""

# The sequences that columns of sharded tables take their numbers from.
_SEQUENCES = """
SELECT s.relname FROM pg_class s
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
JOIN pg_class t ON d.refclassid = 'pg_class'::regclass AND t.oid = d.refobjid
WHERE s.relkind = 'S' AND t.relkind = 'p' AND s.relnamespace = 'public'::regnamespace
"""

# Every transaction holds a lock on its own virtual number, and everybody may see that.
_TRANSACTIONS = """
SELECT l.virtualtransaction FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'virtualxid' AND l.mode = 'ExclusiveLock' AND l.granted
  AND a.datname = current_database() AND l.pid <> pg_backend_pid()
  AND a.backend_type IS DISTINCT FROM 'autovacuum worker'
"""
