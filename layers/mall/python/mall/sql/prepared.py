"""Statements that are written once, as constants of a store, and executed with the values of the moment.

    _TRADE = sql.prepared(select(TradeRow).where(sql.given(TradeRow.slot, TradeRow.user_id, TradeRow.id)))
    _CHANGE = sql.prepared(update(TradeRow).where(sql.given(TradeRow.slot, TradeRow.id, TradeRow.version)))
    _ADD = sql.prepared(insert(TradeRow))

    row = _TRADE(session, user_id=user_id, id=trade_id).first()
    done = _CHANGE(session, {"stage": "paid", "version": 4}, id=trade_id, version=3).rowcount
    _CHANGE.soon(session, {"stage": "paid", "version": 4}, id=trade_id, version=3, unless=Changed())
    _ADD.soon(session, [{"id": …, "user_id": …, …}])

What SQLAlchemy does to put a statement together, to find its compiled form, to execute it and to make objects of rows
costs several times what the statement itself does. A prepared statement is put together once, goes straight to the
driver (see `mall.sql.direct`), and answers with plain rows, which have the columns as attributes: an eighth of the CPU,
for whoever makes values of the model out of rows anyway. Nothing is remembered in the session, and no object in it
hears of a change. Writes that are meant `soon` go to the server as one statement, which saves as many trips. The rules
of `mall.sql` hold as ever: the statement names its slot (`slot` is filled in from what carries it), and is refused
where it does not.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Delete,
    Insert,
    Select,
    Text,
    Update,
    and_,
    any_,
    bindparam,
)

from mall.sql import plain
from mall.sql.base import Kind
from mall.sql.choose import Plan, Values, plan_of
from mall.sql.direct import Direct, Form, Found
from mall.sql.errors import CrossShard, ReadOnly
from mall.sql.session import ONLY_READS, Session, place_rows

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


def given_text(name: str) -> ColumnElement[str]:
    """What is given by this name, a text, as a part of an expression."""
    return bindparam(_GIVEN + name, type_=Text)


class Prepared:
    """A statement with parameters. Made by `prepared()`."""

    def __init__(self, statement: Select[Any] | Insert | Update | Delete) -> None:
        self._statement: Any = statement
        # What is written knows no objects. A SELECT of a class is left one of the class's columns.
        self._direct = Direct(statement if statement.is_select else plain.entry_of(statement))
        self._plan: Plan | None = None
        self._binds: Sequence[BindParameter[Any]] = ()
        self._kind: Kind | None = None
        self._needs_slot = False

    def __call__(
        self, session: Session, written: Mapping[str, Any] | Sequence[Mapping[str, Any]] = _NOTHING, **named: Any
    ) -> Found:
        """Execute it: `written` are the columns of an UPDATE or the row or rows of an INSERT, `named` what is given.

        Raises what every statement raises: CrossShard, ShardingKeyMissing, ReadOnly, WrongSlot.
        """
        if self._statement.is_select:
            assert not written
            shard, values = self._read_from(session, named)
            session.touch(shard)
            session.settle()
            return self._direct.execute(session.on(shard), values)
        answers = [self._write(session, form, values) for form, values in self._writes(session, written, named)]
        if len(answers) == 1:
            return answers[0]
        return Found([row for answer in answers for row in answer], sum(answer.rowcount for answer in answers))

    def soon(
        self,
        session: Session,
        written: Mapping[str, Any] | Sequence[Mapping[str, Any]] = _NOTHING,
        *,
        unless: Exception | None = None,
        **named: Any,
    ) -> None:
        """Write the same, in one statement with what is written next: before anything is read, or at the commit.

        `unless` is raised then, if what is named is not exactly one row.
        """
        table = self._statement.table.name
        for form, values in self._writes(session, written, named):
            if not session.gathered.takes(table):
                session.settle()
            if form is None or form.returns:
                answer = self._write(session, form, values)
                if unless is not None and answer.rowcount != 1:
                    raise unless
            else:
                session.gathered.add(table, form, values, unless)

    def locked(self) -> "Prepared":
        """The same SELECT, whose rows stay locked until the transaction ends."""
        return Prepared(self._statement.with_for_update())

    def _read_from(self, session: Session, named: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """The shard to go to, and the values by the names of the parameters."""
        plan = self._plan or self._read()
        values = {_GIVEN + name: value for name, value in named.items()}
        if self._needs_slot and _SLOT not in values:
            values[_SLOT] = self._slot_of(named)
        shard = session.shard_of(values[_SLOT]) if self._needs_slot else self._choose(session, plan, values)
        return shard, values

    def _writes(
        self, session: Session, written: Mapping[str, Any] | Sequence[Mapping[str, Any]], named: Mapping[str, Any]
    ) -> Iterable[tuple[Form | None, Mapping[str, Any]]]:
        if self._statement.is_insert:
            assert not named
            rows = plain.listed(self._statement, [written] if isinstance(written, Mapping) else written)
            assert rows, "an INSERT takes values, and at least one row of them"
            return self._direct.inserts(place_rows(session, self._statement.table, rows), rows)
        assert isinstance(written, Mapping), "an UPDATE writes the same into all that it finds"
        if session.read_only:
            raise ReadOnly(ONLY_READS)
        shard, values = self._read_from(session, named)
        session.touch(shard)
        values |= plain.by_columns(self._statement, written)
        return [(self._direct.form(session.on(shard), values), values)]

    def _write(self, session: Session, form: Form | None, values: Mapping[str, Any]) -> Found:
        table = self._statement.table.name
        if form is not None and not form.returns and session.gathered and session.gathered.takes(table):
            session.gathered.add(table, form, values)
            return Found((), session.settle())
        session.settle()
        assert session.home is not None
        connection = session.on(session.home)
        return self._direct.execute(connection, values) if form is None else form.send(connection, values)

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
