"""Plain writes go straight to their shard's connection, past what a session does for the objects that it holds.

Most statements of ours write values and want nothing back: `insert(Row).values(…)`, `update(Row).where(…)`. For those,
what SQLAlchemy's sessions do around the statement costs more than the statement itself. So an INSERT of values goes to
the connection as its table's one INSERT with parameters, and an UPDATE or DELETE as it is, where the session holds no
object that would have to hear of it; either saves about 30 % of a statement's CPU. Whatever has more to it (RETURNING,
expressions among the values, options of the execution, …) is not plain, and goes the long way, with the same effect.
"""

from collections.abc import Iterable
from functools import cache
from itertools import groupby
from typing import Any, cast

from sqlalchemy import BindParameter, Connection, Insert, Result, insert, inspect, util
from sqlalchemy.orm import ORMExecuteState

from mall.sql.base import kind_of, slot_of_row

Row = dict[str, Any]


def rows_of(state: ORMExecuteState) -> list[Row] | None:
    """The rows of an INSERT by the names of their columns, their slots filled in; None where it is not plain.

    Raises WrongSlot for a row whose ids disagree.
    """
    statement: Any = state.statement
    kind = kind_of(statement.table)
    if kind is None or kind.family == "broadcast" or _has_options(state) or _has_more(statement):
        return None
    rows = _listed(state) if isinstance(state.parameters, list) else None if state.parameters else _values(statement)
    if rows is not None and kind.sharded:
        for row in rows:
            row["slot"] = slot_of_row(statement.table, kind, row)
    return rows


def _listed(state: ORMExecuteState) -> list[Row] | None:
    """As SQLAlchemy's bulk insert does: what is None is left to the column's default, except for JSON."""
    statement: Any = state.statement
    entity = statement._propagate_attrs.get("plugin_subject")
    given: Any = state.parameters
    if entity is None or statement._values or statement._multi_values or not given:
        return None
    columns = _columns(entity)
    rows = []
    for one in given:
        row = {}
        for key, value in one.items():
            column = columns.get(key)
            if column is None or _is_expression(value):
                return None
            if value is not None or column.type.should_evaluate_none:
                row[column.name] = value
        rows.append(row)
    return rows


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
            if _is_expression(value):
                return None
            row[str(getattr(column, "name", column))] = value
        rows.append(row)
    return rows


@cache
def _columns(entity: Any) -> dict[str, Any]:
    """The columns of a mapped class by the names of its attributes."""
    return {attribute.key: attribute.columns[0] for attribute in inspect(entity).column_attrs}


def write_rows(connection: Connection, statement: Any, rows: Iterable[Row]) -> Result[Any]:
    """Insert rows; those that name the same columns together."""
    # What is to be done about rows that are there already is part of the statement.
    entry = insert(statement.table) if statement._post_values_clause is None else _without_values(statement)
    result: Result[Any] | None = None
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


def _without_values(statement: Any) -> Any:
    """An INSERT … ON CONFLICT of its table rather than of a class, whose rows come as parameters."""
    bare = statement._generate()
    bare._values, bare._multi_values, bare._propagate_attrs = None, (), util.EMPTY_DICT
    return bare


def _is_expression(value: Any) -> bool:
    return hasattr(value, "__clause_element__") or hasattr(value, "_compiler_dispatch")
