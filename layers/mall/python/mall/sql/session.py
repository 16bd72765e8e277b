"""Sessions: one transaction on the shard that its statements name, or reads over several shards."""

import contextlib
import logging
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar, cast, overload
from weakref import ref

from sqlalchemy import Connection, Engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.ext.horizontal_shard import ShardedQuery, ShardedSession, execute_and_instances
from sqlalchemy.orm import Mapper, ORMExecuteState
from sqlalchemy.orm.session import Session as PlainSession

from mall import errors, ids
from mall.sql import plain, scatter, shards, slots
from mall.sql.base import Kind, kind_of, slot_of_row, slot_of_value
from mall.sql.choose import Plan, Values, plan_of
from mall.sql.direct import Gathered
from mall.sql.errors import CrossShard, NotMergeable, ReadOnly, SessionNested, ShardingKeyMissing, SlotMoved
from mall.sql.slots import SlotMap

P = ParamSpec("P")
R = TypeVar("R")
Isolation = Literal["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]

logger = logging.getLogger("mall.sql")

ATTEMPTS = 5
"""How often `retrying` runs a transaction before it gives up."""

SLOT_MOVED = "ML001"
"""The SQLSTATE with which the fence on a moving slot refuses a write."""

_REPEATABLE = {"40001", "40P01", SLOT_MOVED}  # serialization failure, deadlock

ONLY_READS = "This session only reads."
_NOT_THE_KEYS = "The statement names a slot of another shard than the session's key."
_SEVERAL = "A read-write transaction touches one shard, and this statement writes on several."

# The sessions of this call that hold connections. One that was dropped without being closed does not count: the pool
# has its connection back.
_open: ContextVar[tuple["ref[Session]", ...]] = ContextVar("mall.sql.open", default=())


def _holders(shard: int, role: str) -> list["Session"]:
    found = [session for reference in _open.get() if (session := reference()) is not None]
    return [session for session in found if (shard, role) in session.held]


class Session(ShardedSession):
    """SQLAlchemy's session, which finds the shard of every statement by itself. Made by `session()`."""

    def __init__(
        self,
        *,
        read_only: bool = False,
        slot: int | None = None,
        single: bool = False,
        after: str | None = None,
        isolation: Isolation | None = None,
    ) -> None:
        # Not ShardedSession's own, which makes each session listen to itself: see `_route`.
        PlainSession.__init__(self, query_cls=ShardedQuery, expire_on_commit=False)
        self.shard_chooser = self._shard_of_instance
        self.identity_chooser = self._shards_of_identity
        self.execute_chooser = self._never
        self.read_only = read_only
        self.map: SlotMap = slots.current(_read_overrides)
        self.committing = False
        self._isolation = isolation
        self._after = parse_token(after)
        self._home: int | None = 0 if single else None if slot is None else self.map.shard_of(slot)
        self._pinned = self._home is not None
        self._wrote_everywhere = False
        self._bulk: int | None = None
        self._engines: dict[int, Engine] = {}
        self.held: set[tuple[int, str]] = set()
        self.gathered = Gathered()
        self._connections: dict[int, Connection] = {}

    # --- which shard

    @property
    def home(self) -> int | None:
        """The shard that this transaction works on, once that is known."""
        return self._home

    @property
    def pinned(self) -> bool:
        """Whether the session was opened with a key."""
        return self._pinned

    def choose(self, plan: Plan, values: Values, *, scattered: bool) -> list[int]:
        """The shards that a read goes to. Raises ShardingKeyMissing or CrossShard."""
        families = plan.families
        if self._pinned and self._home is not None:
            self._check_pinned(plan, values, self._home)
            return [self._home]
        if plan.opaque:
            raise ShardingKeyMissing(f"A statement with {plan.opaque} needs sql.session(key=…).")
        if ("single" in families and families & {"buyer", "merchant"}) or {"buyer", "merchant"} <= families:
            raise CrossShard(f"{', '.join(sorted(plan.tables))} do not live together.")
        if "single" in families:
            return [0]
        if not plan.groups:
            # Nothing, or only what every shard has.
            return [self._home or 0]
        return self._shards_of_groups(plan, values, scattered=scattered)

    def _shards_of_groups(self, plan: Plan, values: Values, *, scattered: bool) -> list[int]:
        found: set[int] = set()
        for condition in plan.groups:
            named = None if condition is None else condition.slots(values)
            if named is None:
                if not scattered:
                    raise ShardingKeyMissing(
                        f"A statement on {', '.join(sorted(plan.tables))} names neither the sharding key nor an id "
                        "that carries the slot for all of its rows; say scatter=True to ask every shard."
                    )
                found.update(self.map.shards)
            else:
                found.update(self.map.shard_of(slot) for slot in named)
        if len(found) > 1 and len(plan.groups) > 1:
            raise CrossShard(
                f"{', '.join(sorted(plan.tables))} are not joined by columns that carry the slot, so their rows are "
                "not on one shard."
            )
        # No slot at all: the criteria contradict each other, and any shard answers that no row satisfies them.
        return sorted(found) or [self._home or 0]

    def _check_pinned(self, plan: Plan, values: Values, home: int) -> None:
        if "single" in plan.families and home != 0:
            raise CrossShard(f"{', '.join(sorted(plan.tables))} live on shard 0, and this session is bound to {home}.")
        for condition in plan.groups:
            if condition is not None and any(self.map.shard_of(slot) != home for slot in condition.slots(values)):
                raise CrossShard(_NOT_THE_KEYS)

    def shard_of(self, slot: int) -> int:
        """The shard of a slot. Raises CrossShard when the session was opened with the key of another one."""
        shard = self.map.shard_of(slot)
        if self._pinned and shard != self._home:
            raise CrossShard(_NOT_THE_KEYS)
        return shard

    def touch(self, shard: int) -> None:
        """Make `shard` the one that this transaction works on. Raises CrossShard when it is another one already."""
        if self.read_only:
            return
        if self._wrote_everywhere:
            raise CrossShard("A transaction that writes a broadcast table writes nothing else.")
        if self._home is None:
            self._home = shard
        elif self._home != shard:
            raise CrossShard(f"This transaction works on shard {self._home} and cannot touch shard {shard}.")

    def confirm_place(self) -> None:
        """Raise SlotMoved when a slot that was on the move has left this transaction's shard meanwhile.

        Writing a row is refused by the shard itself. This is for what finds no row at the old place, and so ends as if
        there were none: an update of what somebody wrote at the new place a moment ago.
        """
        if self._has_left():
            slots.forget()
            raise SlotMoved

    def was_misled(self) -> bool:
        """Whether what the transaction has failed for may be that a slot has left its shard meanwhile.

        Somebody who finds no row at the old place may say at once that there is none.
        """
        self.gathered = Gathered()
        try:
            return not self.read_only and self._has_left()
        except DBAPIError:  # the transaction can ask nothing any more
            return False

    def _has_left(self) -> bool:
        if self._home is None or not (moving := self.map.moving_on(self._home)):
            return False
        gone = self.execute(
            text("SELECT count(*) FROM slot_fence WHERE slot = ANY(:slots) AND state <> 'leaving'"),
            {"slots": list(moving)},
            bind_arguments={"shard_id": str(self._home)},
        ).scalar_one()
        return bool(gone)

    def touch_all(self) -> list[int]:
        """Make this the transaction that writes a broadcast table on every shard."""
        if self._home is not None:
            raise CrossShard("A transaction that writes a broadcast table writes nothing else.")
        self._wrote_everywhere = True
        return list(range(shards.count()))

    def on(self, shard: int) -> Connection:
        """The connection to `shard`, with everything written that was added to this session."""
        if self.autoflush and not self._is_clean():
            self.flush()
        return self._connection(shard)

    def settle(self) -> int:
        """Send the writes that were gathered, and return how many rows the last of them wrote.

        Raises what was to be raised where one of them does not find its row.
        """
        if not self.gathered:
            return 0
        assert self._home is not None, "who gathers has touched a shard"
        return self.gathered.send(self._connection(self._home))

    def _connection(self, shard: int) -> Connection:
        # A session is one transaction, so it is the same one to its end. Where SQLAlchemy has begun none, it is ours,
        # and SQLAlchemy joins it when it needs one (see `get_bind`): its own costs more than a short statement.
        connection = self._connections.get(shard)
        if connection is None:
            if self.in_transaction():
                return self.connection(bind_arguments={"shard_id": str(shard)})
            connection = self._connections[shard] = self._engine(shard).connect()
            connection.begin()
        return connection

    def commit(self) -> None:
        """Commit the transaction."""
        if self.in_transaction():
            super().commit()
        for connection in self._connections.values():
            connection.commit()

    def in_bulk(self, shard: int, work: Callable[[], R]) -> R:
        """Do `work`, a statement with many sets of parameters that all belong on `shard`."""
        # SQLAlchemy refuses these to sessions that choose a connection for each object, so this one does not for once.
        if self.autoflush:
            self.flush()
        self._bulk = shard
        self.connection_callable = None  # type: ignore[assignment,method-assign]
        try:
            return work()
        finally:
            del self.connection_callable
            self._bulk = None

    # --- what ShardedSession asks

    def _shard_of_instance(self, mapper: Mapper[Any] | None, instance: Any, clause: Any = None) -> str:
        assert mapper is not None, "a flush has a mapper"
        table: Any = mapper.local_table
        kind = kind_of(table)
        if kind is None or kind.family == "broadcast":
            raise ShardingKeyMissing(
                f"{table.name} is written on every shard by a statement with scatter=True, not by adding objects."
            )
        if kind.family == "single":
            return "0"
        slot = fill_slot(instance, mapper, kind)
        return str(self.map.shard_of(slot))

    def _shards_of_identity(
        self,
        mapper: Mapper[Any],
        primary_key: Any,
        *,
        lazy_loaded_from: Any = None,
        execution_options: Any = None,
        bind_arguments: Any = None,
        **options: Any,
    ) -> list[str]:
        kind = kind_of(mapper.local_table)
        if kind is not None and kind.sharded:
            for column, value in zip(mapper.primary_key, primary_key, strict=True):
                if column.name == "slot":
                    return [str(self.map.shard_of(value))] if 0 <= value < ids.SLOTS else []
        if kind is not None and kind.family == "single":
            return ["0"]
        return [str(shard) for shard in range(shards.count())]

    @staticmethod
    def _never(state: ORMExecuteState) -> Iterable[str]:
        raise AssertionError("the shard is chosen before")

    def connection_callable(
        self, mapper: Any = None, instance: Any = None, shard_id: str | None = None, **options: Any
    ) -> Connection:
        """The connection that a flush writes through."""
        if self.read_only:
            raise ReadOnly(ONLY_READS)
        self.settle()
        if instance is not None:
            kind = kind_of(mapper.local_table)
            if kind is not None and kind.family == "broadcast":
                self._shard_of_instance(mapper, instance)
        if shard_id is None:
            shard_id = str(self._choose_shard_and_assign(mapper, instance))
        self.touch(int(shard_id))
        return super().connection_callable(mapper, instance, shard_id, **options)

    def get_bind(
        self,
        mapper: Any = None,
        *,
        shard_id: str | None = None,
        instance: Any = None,
        clause: Any = None,
        **options: Any,
    ) -> Engine | Connection:
        """The engine of a shard, or its connection where this session has it; without one, that of its key."""
        if shard_id is None and self._bulk is not None:
            shard_id = str(self._bulk)
        if shard_id is None:
            if not self._pinned:
                raise ShardingKeyMissing("A connection without a statement needs sql.session(key=…).")
            shard_id = str(self._home)
        return self._connections.get(int(shard_id)) or self._engine(int(shard_id))

    def _engine(self, shard: int) -> Engine:
        if shard not in self._engines:
            role: shards.Role = "writer"
            if self.read_only:
                role = "fresh" if self._after_of(shard) is not None else "reader"
            self._hold(shard, role)
            chosen = shards.engine(shard, role)
            if self._isolation is not None:
                chosen = chosen.execution_options(isolation_level=self._isolation)
            self._engines[shard] = chosen
        return self._engines[shard]

    def _after_of(self, shard: int) -> int | None:
        """The transaction that reads of `shard` must see and its reader has not replayed yet, if there is one."""
        transaction = self._after.get(shard)
        if transaction is None or not shards.has_reader(shard):
            return None
        with shards.engine(shard, "reader").connect() as connection:
            seen = connection.scalar(
                text("SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)")
            )
        return None if seen > transaction else transaction

    def _hold(self, shard: int, role: str) -> None:
        if any(holder is not self for holder in _holders(shard, role)):
            raise SessionNested(
                f"Another session of this call holds the connection to shard {shard} ({role}): close it first."
            )
        if not self.held:
            _open.set((*_open.get(), ref(self)))
        self.held.add((shard, role))

    def close(self) -> None:
        """Give the connections back."""
        try:
            super().close()
        finally:
            for connection in self._connections.values():
                connection.close()
            self._connections.clear()
            self.held.clear()
            _open.set(tuple(reference for reference in _open.get() if reference() not in {None, self}))

    # --- rows by their id

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """Like SQLAlchemy's, but the id alone is enough for a sharded table whose key is (slot, id)."""
        return super().get(entity, self._identity(entity, ident), **options)

    def get_one(self, entity: Any, ident: Any, **options: Any) -> Any:
        """Like `get`, but raises NoResultFound."""
        return super().get_one(entity, self._identity(entity, ident), **options)

    @staticmethod
    def _identity(entity: Any, ident: Any) -> Any:
        mapper = inspect(entity).mapper
        kind = kind_of(mapper.local_table)
        if kind is None or not kind.sharded or isinstance(ident, tuple | dict):
            return ident
        names = [column.name for column in mapper.primary_key]
        if len(names) != 2 or "slot" not in names:
            return ident
        name = names[1 - names.index("slot")]
        try:
            slot = slot_of_value(kind, name, ident)
        except errors.Invalid:
            slot = -1  # no row has such an id
        return (slot, ident) if names[0] == "slot" else (ident, slot)


def fill_slot(instance: Any, mapper: Mapper[Any], kind: Kind) -> int:
    """Set the slot of a row that is about to be written, from its sharding key."""
    row = {column.name: getattr(instance, mapper.get_property_by_column(column).key) for column in mapper.local_table.c}
    slot = slot_of_row(cast("Any", mapper.local_table), kind, row)
    instance.slot = slot
    return slot


@event.listens_for(Session, "do_orm_execute")
def _route(state: ORMExecuteState) -> Any:
    session = cast("Session", state.session)
    session.settle()
    if "shard_id" in state.bind_arguments:
        return None  # the shard was chosen already
    if state.is_insert and (rows := plain.rows_of(state)):
        entry = plain.entry_of(state.statement)
        return plain.write_rows(place_rows(session, entry.table, rows), entry, rows)
    scattered = bool(state.execution_options.get("scatter"))
    plan, values = plan_of(state.statement, state.parameters)
    # What raw SQL does nobody knows; in a read-only session the server sees to it that it writes nothing.
    if not (state.is_insert or state.is_update or state.is_delete):
        chosen = session.choose(plan, values, scattered=scattered)
        only_broadcast = not plan.groups and not plan.opaque and "single" not in plan.families
        token = state.load_options._identity_token if state.is_select else None
        if only_broadcast and token is not None:
            chosen = [int(token)]
        if len(chosen) == 1:
            if not only_broadcast:
                session.touch(chosen[0])
            return _run(state, chosen[0])
        if not session.read_only:
            raise CrossShard("A read-write transaction touches one shard; read several in sql.session(read_only=True).")
        if not plan.flat:
            raise NotMergeable("A subquery reads, limits or groups rows of several shards by itself.")
        return scatter.read(state, chosen, session.map, _run)
    return _write(state, session, plan, values, scattered=scattered)


# It makes each result know its shard; after `_route`, which chooses that.
event.listen(Session, "do_orm_execute", execute_and_instances, retval=True)


def place_rows(session: Session, table: Any, rows: Sequence[plain.Row]) -> Connection:
    """The connection on which to insert rows of `table`, which say where they live. Raises ReadOnly, CrossShard."""
    if session.read_only:
        raise ReadOnly(ONLY_READS)
    shards_of_rows = {session.map.shard_of(row["slot"]) if "slot" in table.c else 0 for row in rows}
    if len(shards_of_rows) != 1:
        raise CrossShard(_SEVERAL)
    (shard,) = shards_of_rows
    session.touch(shard)
    return session.on(shard)


def _write(state: ORMExecuteState, session: Session, plan: Plan, values: Values, *, scattered: bool) -> Any:
    if session.read_only:
        raise ReadOnly(ONLY_READS)
    if plan.target is not None and plan.target.family == "broadcast" and not session.pinned:
        if not scattered:
            raise ShardingKeyMissing("A broadcast table is written on every shard: say scatter=True.")
        if plan.groups or plan.families != {"broadcast"}:
            raise CrossShard("A broadcast table is written from values and other broadcast tables only.")
        results = [_run(state, shard) for shard in session.touch_all()]
        return results[0]
    if scattered:
        raise CrossShard("Only broadcast tables are written on several shards.")
    changed = None
    if state.is_insert and plan.target is not None and plan.target.sharded and not plan.opaque:
        chosen = sorted({session.map.shard_of(slot) for slot in _slots_of_insert(state, plan.target)})
        changed = _with_slots(state.statement, plan.target)
    elif state.is_update and isinstance(state.parameters, list) and plan.target is not None and plan.target.sharded:
        chosen = sorted({session.map.shard_of(slot) for slot in _slots_of_bulk_update(state, plan.target)})
    else:
        chosen = session.choose(plan, values, scattered=False)
    if len(chosen) != 1:
        raise CrossShard(_SEVERAL)
    session.touch(chosen[0])
    if not state.is_insert and plain.is_plain_change(state):
        return plain.change(session.on(chosen[0]), state)
    return _run(state, chosen[0], changed)


def _slots_of_insert(state: ORMExecuteState, kind: Kind) -> set[int]:
    statement: Any = state.statement
    rows: list[dict[str, Any]] = []
    if isinstance(state.parameters, Sequence):
        rows = [dict(row) for row in state.parameters]
    elif state.parameters:
        rows = [dict(state.parameters)]
    fixed = {_name(column): _value(value) for column, value in (statement._values or {}).items()}
    for group in statement._multi_values:
        rows += [{_name(column): _value(value) for column, value in row.items()} for row in _named(statement, group)]
    if not rows:
        rows = [{}]
    return {slot_of_row(statement.table, kind, {**fixed, **row}) for row in rows}


def _with_slots(statement: Any, kind: Kind) -> Any:
    """The INSERT with the slot in each row of its VALUES: a column's default does not reach the rows of several."""
    if not statement._multi_values:
        return None
    slot = statement.table.c.slot
    changed = statement._generate()
    changed._multi_values = tuple(
        [
            {**row, slot: slot_of_row(statement.table, kind, {_name(column): _value(row[column]) for column in row})}
            for row in _named(statement, group)
        ]
        for group in statement._multi_values
    )
    return changed


def _named(statement: Any, group: Sequence[Any]) -> list[dict[Any, Any]]:
    columns = list(statement.table.c)
    return [dict(row) if isinstance(row, dict) else dict(zip(columns, row, strict=False)) for row in group]


def _slots_of_bulk_update(state: ORMExecuteState, kind: Kind) -> set[int]:
    found: set[int] = set()
    for row in cast("list[dict[str, Any]]", state.parameters):
        if "slot" not in row:
            name = kind.key if kind.key in row else next(iter(kind.carriers & row.keys()), None)
            if name is None:
                raise ShardingKeyMissing("An update by primary key needs the slot, or an id that carries it.")
            row["slot"] = slot_of_value(kind, name, row[name])
        found.add(int(row["slot"]))
    return found


def _name(column: Any) -> str:
    return cast("str", getattr(column, "name", column))


def _value(value: Any) -> Any:
    return getattr(value, "effective_value", value)


def _run(state: ORMExecuteState, shard: int, statement: Any = None) -> Any:
    if isinstance(state.parameters, list):
        return cast("Session", state.session).in_bulk(shard, lambda: _invoke(state, shard, statement))
    return _invoke(state, shard, statement)


def _invoke(state: ORMExecuteState, shard: int, statement: Any) -> Any:
    state.update_execution_options(identity_token=str(shard))
    return state.invoke_statement(statement=statement, bind_arguments={**state.bind_arguments, "shard_id": str(shard)})


# --- units of work


@contextlib.contextmanager
def session(
    *,
    key: str | None = None,
    single: bool = False,
    read_only: bool = False,
    after: str | None = None,
    isolation: Isolation | None = None,
) -> Iterator[Session]:
    """One transaction: committed when the block ends, rolled back when it raises.

    `key` (a sharding key, or any id that carries the slot) binds the session to its shard, and `single` to the shard
    of the single tables; raw SQL needs one of them.
    `read_only` reads from the readers, from several shards if it has to; `after` is the token that `written_at` gave
    for a transaction whose effects must be seen. Raises SlotMoved when a slot moved meanwhile: see `retrying`.
    """
    current = Session(
        read_only=read_only,
        slot=None if key is None else ids.slot_of(key),
        single=single,
        after=after,
        isolation=isolation,
    )
    try:
        yield current
        if not current.read_only:
            current.settle()
            current.flush()
            current.confirm_place()
            current.committing = True
            current.commit()
    except DBAPIError as error:
        if _state_of(error) == SLOT_MOVED:
            slots.forget()
            raise SlotMoved from error
        raise
    except SlotMoved:
        raise
    except Exception as error:
        if not current.committing and current.was_misled():
            slots.forget()
            raise SlotMoved from error
        raise
    finally:
        current.close()
    for call in current.info.pop("after_commit", ()):
        try:
            call()
        except Exception:
            # The transaction is committed and its caller must hear so; a sweep does later what was to be done now.
            logger.exception("a call after commit failed")


def after_commit(current: PlainSession, call: Callable[[], object]) -> None:
    """Call `call` when `current` has been committed and its connection given back; never after a rollback.

    A failure of `call` is logged and goes no further: what must happen belongs into the transaction (the outbox).
    """
    current.info.setdefault("after_commit", []).append(call)


def written_at(current: Session) -> str:
    """A token of this read-write transaction, for `session(read_only=True, after=token)` to see what it writes.

    Asked for inside the transaction. It is the shard and the transaction's number; a reader that still counts a
    transaction of that number or an earlier one as running is passed over for the writer. Log positions would be
    more exact, but Aurora's readers do not tell theirs.
    """
    current.flush()
    shard = current.home
    if shard is None:
        raise ShardingKeyMissing("Nothing was written in this session yet.")
    number = current.execute(
        text("SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)"), bind_arguments={"shard_id": str(shard)}
    ).scalar_one()
    return f"{shard}:{number}"


def parse_token(token: str | None) -> dict[int, int]:
    """The transaction to wait for on each shard. Raises errors.Invalid for what is not a token of `written_at`."""
    if not token:
        return {}
    shard, _, number = token.partition(":")
    if not (shard.isdecimal() and number.isdecimal()):
        raise errors.Invalid("This is not a token of a transaction.")
    return {int(shard): int(number)}


def retrying(
    work: Callable[[Session], R], *, key: str | None = None, single: bool = False, isolation: Isolation | None = None
) -> R:
    """Run `work` in a read-write session of its own, again when the database could not let it pass this time.

    That is after a serialization failure, a deadlock, a slot that moved, or a connection that was lost before the
    commit was sent. So `work` may run several times: what it does besides writing to the session must bear that.
    """
    for attempt in range(1, ATTEMPTS + 1):
        current: Session | None = None
        try:
            with session(key=key, single=single, isolation=isolation) as current:
                done = work(current)
        except (SlotMoved, DBAPIError) as error:
            if attempt == ATTEMPTS or not _may_repeat(error, current):
                raise
            logger.info("transaction repeated", extra={"attempt": attempt, "reason": type(error).__name__})
            time.sleep(random.uniform(0.01, 0.03) * 2**attempt)  # noqa: S311  (jitter, not a secret)
        else:
            return done
    raise AssertionError("unreachable")


@overload
def transactional(work: Callable[Concatenate[Session, P], R]) -> Callable[P, R]: ...
@overload
def transactional(
    *, isolation: Isolation | None = None
) -> Callable[[Callable[Concatenate[Session, P], R]], Callable[P, R]]: ...
def transactional(work: Any = None, *, isolation: Isolation | None = None) -> Any:
    """`@transactional def pay(session, order_id): …` is called `pay(order_id)` and runs as `retrying` says."""

    def decorate(function: Callable[Concatenate[Session, P], R]) -> Callable[P, R]:
        @wraps(function)
        def run(*arguments: P.args, **named: P.kwargs) -> R:
            return retrying(lambda current: function(current, *arguments, **named), isolation=isolation)

        return run

    return decorate if work is None else decorate(work)


def _may_repeat(error: Exception, current: Session | None) -> bool:
    if isinstance(error, SlotMoved):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if _state_of(error) in _REPEATABLE:
        return True
    lost = error.connection_invalidated or (isinstance(error, OperationalError) and _state_of(error) is None)
    # Once COMMIT was sent nobody knows what became of it.
    return lost and not (current is not None and current.committing)


def _state_of(error: DBAPIError) -> str | None:
    return cast("str | None", getattr(error.orig, "sqlstate", None))


def _read_overrides() -> list[tuple[int, int, bool]] | None:
    """The rows of `slot_map`, or None when this call holds the connection that they would be read through."""
    if _holders(0, "writer"):
        return None
    try:
        with shards.engine(0).connect() as connection:
            rows = connection.execute(text("SELECT slot, shard, moving FROM slot_map"))
            return [(slot, shard, moving) for slot, shard, moving in rows]
    except ProgrammingError as error:
        if _state_of(error) == "42P01":  # a database that was never migrated has moved nothing
            return []
        raise
