"""Statements that are written once, as constants of a store, and executed with the values of the moment.

    _TRADE = sql.prepared(select(TradeRow).where(sql.given(TradeRow.slot, TradeRow.user_id, TradeRow.id)))
    _CHANGE = sql.prepared(update(TradeRow).where(sql.given(TradeRow.slot, TradeRow.id, TradeRow.version)))
    _ADD = sql.prepared(insert(TradeRow))

    row = _TRADE(session, user_id=user_id, id=trade_id).first()
    done = _CHANGE(session, {"stage": "paid", "version": 4}, id=trade_id, version=3).rowcount
    _ADD(session, [{"id": …, "user_id": …, …}])

What SQLAlchemy does to put a statement together, to find its compiled form and to make objects of rows costs more than
the statement itself. A prepared statement is put together once, goes straight to its shard's connection, and answers
with plain rows, which have the columns as attributes: a third of the CPU, for whoever makes values of the model out of
rows anyway. Nothing is remembered in the session, and no object in it hears of a change. The rules of `mall.sql` hold
as ever: the statement names its slot (`slot` is filled in from what carries it), and is refused where it does not.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    CursorResult,
    Delete,
    Insert,
    Select,
    Update,
    and_,
    any_,
    bindparam,
)

from mall.sql import plain
from mall.sql.base import Kind
from mall.sql.choose import Plan, Values, plan_of
from mall.sql.errors import CrossShard, ReadOnly
from mall.sql.session import ONLY_READS, Session, insert_rows

_GIVEN = "given_"
_SLOT = _GIVEN + "slot"
_NOTHING: Mapping[str, Any] = {}


def given(*columns: Any) -> ColumnElement[bool]:
    """Each of the columns is what is given by its name when the statement is executed."""
    return and_(*(column == bindparam(_GIVEN + column.key, type_=column.type) for column in columns))


def given_any(column: Any) -> ColumnElement[bool]:
    """The column is one of those in the list that is given by its name."""
    found: ColumnElement[bool] = column == any_(bindparam(_GIVEN + column.key, type_=ARRAY(column.type)))
    return found


class Prepared:
    """A statement with parameters. Made by `prepared()`."""

    def __init__(self, statement: Select[Any] | Insert | Update | Delete) -> None:
        self._statement: Any = statement
        # What is written knows no objects. A SELECT of a class is left one of the class's columns.
        self._sent: Any = statement if statement.is_select else plain.entry_of(statement)
        self._plan: Plan | None = None
        self._binds: Sequence[BindParameter[Any]] = ()
        self._kind: Kind | None = None
        self._needs_slot = False

    def __call__(
        self, session: Session, written: Mapping[str, Any] | Sequence[Mapping[str, Any]] = _NOTHING, **named: Any
    ) -> CursorResult[Any]:
        """Execute it: `written` are the columns of an UPDATE or the row or rows of an INSERT, `named` what is given.

        Raises what every statement raises: CrossShard, ShardingKeyMissing, ReadOnly, WrongSlot.
        """
        plan = self._plan or self._read()
        if self._statement.is_insert:
            assert not named
            return self._insert(session, [written] if isinstance(written, Mapping) else written)
        assert isinstance(written, Mapping), "an UPDATE writes the same into all that it finds"
        values = {_GIVEN + name: value for name, value in named.items()}
        if self._needs_slot and _SLOT not in values:
            values[_SLOT] = self._slot_of(named)
        if self._statement.is_select:
            assert not written
        elif session.read_only:
            raise ReadOnly(ONLY_READS)
        shard = session.shard_of(values[_SLOT]) if self._needs_slot else self._choose(session, plan, values)
        session.touch(shard)
        if written:
            values |= plain.by_columns(self._statement, written)
        return session.on(shard).execute(self._sent, values)

    def locked(self) -> "Prepared":
        """The same SELECT, whose rows stay locked until the transaction ends."""
        return Prepared(self._statement.with_for_update())

    def _insert(self, session: Session, written: Sequence[Mapping[str, Any]]) -> CursorResult[Any]:
        rows = plain.listed(self._statement, written)
        assert rows, "an INSERT takes values, and at least one row of them"
        return insert_rows(session, self._sent, rows)

    def _choose(self, session: Session, plan: Plan, values: Mapping[str, Any]) -> int:
        shards = session.choose(plan, Values(self._binds, values), scattered=False)
        if len(shards) != 1:
            raise CrossShard("A prepared statement works on one shard.")
        return shards[0]

    def _read(self) -> Plan:
        plan, values = plan_of(self._statement)
        assert not plan.opaque and plan.flat and all(kind.family != "broadcast" for kind in plan.kinds)
        self._binds = values.binds
        self._needs_slot = any(bind.key == _SLOT for bind in self._binds)
        assert not self._needs_slot or (len(plan.groups) == 1 and plan.groups[0] is not None)
        self._kind = next((kind for kind in plan.kinds if kind.sharded), None)
        self._plan = plan
        return plan

    def _slot_of(self, named: Mapping[str, Any]) -> int:
        kind = self._kind
        assert kind is not None
        carrier = next(name for name in (kind.key, *kind.carriers) if name in named)
        return kind.slot_of(named[carrier])


def prepared(statement: Select[Any] | Insert | Update | Delete) -> Prepared:
    """`statement`, to be executed often: its criteria are those of `given`, an INSERT has no values yet."""
    return Prepared(statement)
