"""Plain writes go straight to their shard's connection, past what a session does for the objects that it holds.

Most statements of ours write values and want nothing back: `insert(Row).values(…)`, `update(Row).where(…)`. For those,
what SQLAlchemy's sessions do around the statement costs more than the statement itself. So an INSERT of values goes to
the connection as its table's one INSERT with parameters, and an UPDATE or DELETE as it is, where the session holds no
object that would have to hear of it; either saves about 30 % of a statement's CPU. Whatever has more to it (RETURNING,
expressions among the values, options of the execution, …) is not plain, and goes the long way, with the same effect.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any, cast

from sqlalchemy import BindParameter, Connection, CursorResult, Insert, Result, inspect, util
from sqlalchemy.orm import ORMExecuteState

from mall.sql.base import kind_of, slot_of_row

Row = dict[str, Any]

_PLAIN = {str, int, bool, float, dict, list, datetime, type(None)}


def rows_of(state: ORMExecuteState) -> list[Row] | None:
    """The rows of an INSERT by the names of their columns, their slots filled in; None where it is not plain.

    Raises WrongSlot for a row whose ids disagree.
    """
    statement: Any = state.statement
    kind = kind_of(statement.table)
    if kind is None or kind.family == "broadcast" or _has_options(state) or _has_more(statement):
        return None
    if isinstance(state.parameters, list):
        return listed(statement, state.parameters)
    rows = None if state.parameters else _values(statement)
    if rows is not None:
        fill_slots(statement.table, rows)
    return rows


def listed(statement: Any, given: Sequence[Mapping[str, Any]]) -> list[Row] | None:
    """The rows `given` for an INSERT by the names of their columns, their slots filled in; None for expressions.

    As SQLAlchemy's bulk insert does: what is None is left to the column's default, except for JSON.
    """
    entity = statement._propagate_attrs.get("plugin_subject")
    if entity is None or statement._values or statement._multi_values or not given:
        return None
    columns = _columns(entity)
    rows = []
    for one in given:
        row = {}
        for key, value in one.items():
            column = columns.get(key)
            if column is None or (type(value) not in _PLAIN and _has_sql(value)):
                return None
            if value is not None or column.type.should_evaluate_none:
                row[column.name] = value
        rows.append(row)
    fill_slots(statement.table, rows)
    return rows


def by_columns(statement: Any, given: Mapping[str, Any]) -> Row:
    """What an UPDATE of a class writes, by the names of the columns."""
    columns = _columns(statement._propagate_attrs["plugin_subject"])
    return {columns[name].name: value for name, value in given.items()}


def fill_slots(table: Any, rows: Sequence[Row]) -> None:
    """Give each row of a sharded table its slot. Raises WrongSlot for a row whose ids disagree."""
    kind = kind_of(table)
    if kind is not None and kind.sharded:
        for row in rows:
            row["slot"] = slot_of_row(table, kind, row)


def _values(statement: Any) -> list[Row] | None:
    if statement._multi_values:
        columns = list(statement.table.c)
        listed = [row for group in statement._multi_values for row in group]
        named = [row if isinstance(row, dict) else dict(zip(columns, row, strict=False)) for row in listed]
    elif statement._values:
        named = [statement._values]
    else:
        return None
    rows: list[Row] = []
    for one in named:
        row: Row = {}
        for column, given in one.items():
            value = given
            if isinstance(given, BindParameter) and given.callable is None:
                value = given.value
            if type(value) not in _PLAIN and _has_sql(value):
                return None
            row[str(getattr(column, "name", column))] = value
        rows.append(row)
    return rows


@cache
def _columns(entity: Any) -> dict[str, Any]:
    """The columns of a mapped class by the names of its attributes."""
    return {attribute.key: attribute.columns[0] for attribute in inspect(entity).column_attrs}


def entry_of(statement: Any) -> Any:
    """A statement that writes without its values, and as one of its table rather than of a class."""
    bare = statement._generate()
    bare._propagate_attrs = util.EMPTY_DICT
    if statement.is_insert:
        bare._values, bare._multi_values = None, ()
    return bare


def write_rows(connection: Connection, entry: Insert, rows: Iterable[Row]) -> CursorResult[Any]:
    """Insert rows; those that name the same columns together."""
    result: CursorResult[Any] | None = None
    for _, group in groupby(rows, key=lambda row: row.keys()):
        some = list(group)
        result = connection.execute(entry, some if len(some) > 1 else some[0])
    assert result is not None
    return result


def is_plain_change(state: ORMExecuteState) -> bool:
    """Whether an UPDATE or DELETE is plain, and no object that the session holds has to hear of it."""
    statement: Any = state.statement
    nobody = not state.session.identity_map or state.local_execution_options.get("synchronize_session") is False
    return (
        nobody
        and not isinstance(state.parameters, list)
        and not _has_options(state)
        and not statement._returning
        and not statement._independent_ctes
    )


def change(connection: Connection, state: ORMExecuteState) -> Result[Any]:
    """Execute an UPDATE or DELETE as it is."""
    return connection.execute(cast("Any", state.statement), cast("Any", state.parameters))


def _has_options(state: ORMExecuteState) -> bool:
    """Whether somebody wants the execution to be special; SQLAlchemy's own notes begin with an underscore."""
    return any(name[0] != "_" and name != "synchronize_session" for name in state.local_execution_options)


def _has_more(found: Any) -> bool:
    return bool(
        not isinstance(found, Insert)
        or found._returning
        or found.select is not None
        or found._independent_ctes
        or found._prefixes
        or found._with_options
        or found._inline
        or found._return_defaults
    )


def _has_sql(value: Any) -> bool:
    return hasattr(value, "__clause_element__") or hasattr(value, "_compiler_dispatch")
