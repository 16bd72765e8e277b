"""Plain writes go straight to their shard's connection, past what a session does for the objects that it holds.

Most statements of ours write values and want nothing back: `insert(Row).values(…)`, `update(Row).where(…)`. For those,
what SQLAlchemy's sessions do around the statement costs more than the statement itself. So an INSERT of values goes to
the connection as its table's one INSERT with parameters (a third of the CPU), and an UPDATE or DELETE as it is, where
the session holds no object that would have to hear of it (two thirds). Whatever has more to it (RETURNING, ON CONFLICT,
expressions among the values, options of the execution, …) is not plain, and goes the long way, with the same effect.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Any, cast

from sqlalchemy import BindParameter, Connection, Insert, Result, Table, insert, inspect
from sqlalchemy.orm import ORMExecuteState

from mall.sql.base import Kind, slot_of_row

Row = dict[str, Any]


def rows_of(state: ORMExecuteState, kind: Kind | None) -> list[Row] | None:
    """The rows of an INSERT by the names of their columns, their slots filled in; None where it is not plain."""
    statement: Any = state.statement
    if _has_options(state) or _has_more(statement):
        return None
    rows = _listed(state) if isinstance(state.parameters, list) else _single(state)
    if rows is not None and kind is not None and kind.sharded:
        for row in rows:
            row["slot"] = slot_of_row(statement.table, kind, row)
    return rows


def _listed(state: ORMExecuteState) -> list[Row] | None:
    """As SQLAlchemy's bulk insert does: what is None is left to the column's default, except for JSON."""
    statement: Any = state.statement
    entity = statement._propagate_attrs.get("plugin_subject")
    given: Any = state.parameters
    if entity is None or statement._values or not given:
        return None
    columns = {attribute.key: attribute.columns[0] for attribute in inspect(entity).column_attrs}
    rows = []
    for one in given:
        if not columns.keys() >= one.keys() or any(_is_expression(value) for value in one.values()):
            return None
        named = ((columns[key], value) for key, value in one.items())
        rows.append(
            {column.name: value for column, value in named if value is not None or column.type.should_evaluate_none}
        )
    return rows


def _single(state: ORMExecuteState) -> list[Row] | None:
    values = cast("Any", state.statement)._values
    if state.parameters or not values:
        return None
    if not all(isinstance(value, BindParameter) and value.callable is None for value in values.values()):
        return None
    return [{column.name: value.value for column, value in values.items()}]


def write_rows(connection: Connection, table: Table, rows: Iterable[Row]) -> Result[Any]:
    """Insert rows; those that name the same columns together."""
    result: Result[Any] | None = None
    for _, group in groupby(rows, key=lambda row: row.keys()):
        some = list(group)
        result = connection.execute(insert(table), some if len(some) > 1 else some[0])
    assert result is not None
    return result


def is_plain_change(state: ORMExecuteState) -> bool:
    """Whether an UPDATE or DELETE is plain, and no object that the session holds can be one of its rows."""
    statement: Any = state.statement
    return (
        not state.session.identity_map
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
    return any(name[0] != "_" for name in state.local_execution_options)


def _has_more(found: Any) -> bool:
    return bool(
        not isinstance(found, Insert)
        or found._returning
        or found._multi_values
        or found._post_values_clause is not None
        or found.select is not None
        or found._independent_ctes
        or found._prefixes
        or found._with_options
        or found._inline
        or found._return_defaults
    )


def _is_expression(value: Any) -> bool:
    return hasattr(value, "__clause_element__") or hasattr(value, "_compiler_dispatch")
