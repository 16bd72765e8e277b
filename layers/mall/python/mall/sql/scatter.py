"""Reads over several shards: each shard sorts and limits its own rows, and the answers are merged.

The merged answer is the one that a single database holding all rows would give. So what cannot be merged is refused
(NotMergeable): DISTINCT, GROUP BY, OFFSET, window functions, aggregates other than count, sum, min and max, and
subqueries that limit or group rows of several shards. Three things to know:
- Text is sorted by code point (`COLLATE "C"`), since only the database knows the rules of a language.
- Rows that compare equal come in the order of their shards; add the id to ORDER BY for an order that never varies.
- Each shard answers for the slots that the slot map gives it, so a row that is being copied to another shard is seen
  once. Two shards are read one after the other: a row that changes meanwhile may be seen before or after its change.
"""

import heapq
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from sqlalchemy import Select, and_, between, collate, false, or_, types
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import ColumnElement, Label, Over, UnaryExpression
from sqlalchemy.sql.expression import type_coerce
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import ScalarSelect

from mall.sql.choose import anchor_of
from mall.sql.errors import NotMergeable
from mall.sql.slots import SlotMap

# Functions of one row's values, with the type of what they give where SQLAlchemy does not know it.
_SCALAR: dict[str, Any] = {
    "abs": types.Numeric(),
    "char_length": types.Integer(),
    "coalesce": None,
    "concat": types.Text(),
    "date_trunc": types.DateTime(timezone=True),
    "length": types.Integer(),
    "lower": types.Text(),
    "now": None,
    "upper": types.Text(),
}
_COMPARABLE = (
    types.Boolean,
    types.Date,
    types.DateTime,
    types.Float,
    types.Integer,
    types.Interval,
    types.LargeBinary,
    types.Numeric,
    types.String,
    types.Time,
    types.Uuid,
)


def _total(values: list[Any]) -> Any:
    return sum(values[1:], start=values[0]) if values else None


_AGGREGATES: dict[str, Callable[[list[Any]], Any]] = {
    "count": _total,
    "sum": _total,
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
}


def read(
    state: ORMExecuteState, chosen: list[int], slot_map: SlotMap, run: Callable[[ORMExecuteState, int, Any], Any]
) -> Any:
    """The merged answer of the shards `chosen`."""
    statement: Any = state.statement
    if not isinstance(statement, Select):
        raise NotMergeable("Only a plain SELECT is read from several shards.")
    anchor = anchor_of(statement)
    if anchor is None:
        raise NotMergeable("A SELECT from several shards names a sharded table in FROM, not in a subquery.")
    _refuse(statement)
    merges = [_merge_of(column) for column in statement._raw_columns]
    if any(merges):
        if not all(merges) or statement._order_by_clauses or statement._limit_clause is not None:
            raise NotMergeable("Aggregates over several shards stand alone, without other columns, order or limit.")
        results = [run(state, shard, _owned(statement, anchor, slot_map, shard)) for shard in chosen]
        keys = list(results[0].keys())
        rows = [result.one() for result in results]
        merged = tuple(
            merge([row[place] for row in rows if row[place] is not None]) for place, merge in enumerate(merges) if merge
        )
        return IteratorResult(SimpleResultMetaData(keys), iter([merged]))
    return _rows(state, statement, chosen, lambda shard, of: run(state, shard, _owned(of, anchor, slot_map, shard)))


def _rows(
    state: ORMExecuteState, statement: Any, chosen: list[int], run: Callable[[int, Any], Any]
) -> IteratorResult[Any]:
    orders = [_Order(element) for element in statement._order_by_clauses]
    limit = _limit(statement, state.parameters)
    sorting = statement.order_by(None).order_by(*(order.clause for order in orders)) if orders else statement
    sorting = sorting.add_columns(*(order.key.label(f"order_{place}") for place, order in enumerate(orders)))
    answers = []
    keys: list[str] = []
    for shard in chosen:
        result = run(shard, sorting)
        if getattr(result, "_unique_filter_state", None) is not None:
            raise NotMergeable("Load collections with selectinload in a read of several shards, not with joinedload.")
        keys = list(result._metadata._keys)  # `keys()` leaves out what has no name, such as an alias
        answers.append([tuple(row) for row in result])
        if limit is not None and not orders and sum(map(len, answers)) >= limit:
            break
    width = len(keys) - len(orders)

    def rank(row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(order.rank(value) for order, value in zip(orders, row[width:], strict=True))

    merged: Iterable[tuple[Any, ...]] = (
        heapq.merge(*answers, key=rank) if orders else (row for answer in answers for row in answer)
    )
    return IteratorResult(SimpleResultMetaData(keys[:width]), (row[:width] for row in islice(merged, limit)))


class _Order:
    """One part of ORDER BY: what each shard sorts by, and how its value ranks when the answers are merged."""

    def __init__(self, element: Any) -> None:
        descending, nulls_first = False, None
        element = getattr(element, "element", element) if element.__visit_name__ == "label_reference" else element
        while isinstance(element, UnaryExpression) and element.modifier in _MODIFIERS:
            if element.modifier is operators.desc_op:
                descending = True
            elif element.modifier is operators.nulls_first_op:
                nulls_first = True
            elif element.modifier is operators.nulls_last_op:
                nulls_first = False
            element = element.element
            if element.__visit_name__ == "label_reference":
                element = element.element
        if isinstance(element, Label):
            element = element.element
        if not isinstance(element, ColumnElement):
            raise NotMergeable("A read of several shards is ordered by columns, not by text.")
        _check(element)
        type_: Any = element.type
        if isinstance(type_, types.NullType) and isinstance(element, FunctionElement):
            type_ = _SCALAR.get(getattr(element, "name", "").lower()) or type_
            element = type_coerce(element, type_)
        if isinstance(type_, types.TypeDecorator):
            type_ = type_.impl_instance
            element = type_coerce(element, type_)
        if isinstance(type_, types.Enum) or not isinstance(type_, _COMPARABLE):
            raise NotMergeable(f"A read of several shards cannot be ordered by a value of type {type_!r}.")
        if isinstance(type_, types.String):
            element = collate(element, "C")
        # PostgreSQL takes nulls for larger than anything.
        self.nulls_first = descending if nulls_first is None else nulls_first
        self.descending = descending
        self.key: ColumnElement[Any] = element
        ordered = element.desc() if descending else element.asc()
        self.clause = ordered.nulls_first() if self.nulls_first else ordered.nulls_last()

    def rank(self, value: Any) -> tuple[int, Any]:
        """What sorts ascending in Python as the value does in PostgreSQL."""
        if value is None:
            return (0 if self.nulls_first else 2, 0)
        largest = value != value  # noqa: PLR0124  (not a number, which PostgreSQL takes for the largest)
        sortable = (1, 0) if largest else (0, value)
        return (1, _Reversed(sortable) if self.descending else sortable)


class _Reversed:
    """A value that sorts the other way round."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: "_Reversed") -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Reversed) and bool(other.value == self.value)

    def __hash__(self) -> int:
        return hash(self.value)


_MODIFIERS = (operators.asc_op, operators.desc_op, operators.nulls_first_op, operators.nulls_last_op)


def _limit(statement: Any, parameters: Any) -> int | None:
    clause = statement._limit_clause
    if clause is None:
        return None
    bind = getattr(clause, "key", None)
    if isinstance(parameters, dict) and bind in parameters:
        return int(parameters[bind])
    value = getattr(clause, "effective_value", None)
    if not isinstance(value, int):
        raise NotMergeable("The limit of a read of several shards is a number.")
    return value


def _refuse(statement: Any) -> None:
    for present, what in (
        (statement._distinct, "DISTINCT"),
        (statement._group_by_clauses or statement._having_criteria, "GROUP BY"),
        (statement._offset_clause is not None, "OFFSET (page with a cursor instead)"),
        (statement._fetch_clause is not None, "FETCH"),
        (statement._for_update_arg is not None, "FOR UPDATE"),
    ):
        if present:
            raise NotMergeable(f"The answers of several shards cannot be merged with {what}.")


def _merge_of(column: Any) -> Callable[[list[Any]], Any] | None:
    """How a selected aggregate is merged; None for anything that is taken row by row."""
    element = column.element if isinstance(column, Label) else column
    if isinstance(element, FunctionElement):
        name = getattr(element, "name", "").lower()
        arguments = list(element.clauses)
        if name in _AGGREGATES and not any(
            isinstance(argument, UnaryExpression) and argument.operator is operators.distinct_op
            for argument in arguments
        ):
            for argument in arguments:
                _check(argument)
            if name in ("min", "max") and isinstance(element.type, types.String):
                raise NotMergeable(f"{name}() of text depends on the language's rules: order by it and take the first.")
            return _AGGREGATES[name]
    _check(element)
    return None


def _check(element: Any) -> None:
    """Refuse what is computed from several rows."""
    stack = [element]
    while stack:
        part = stack.pop()
        if isinstance(part, ScalarSelect):
            continue  # it reads rows that live with the row it belongs to, or the statement was refused before
        if isinstance(part, Over) or (
            isinstance(part, FunctionElement) and getattr(part, "name", "").lower() not in _SCALAR
        ):
            raise NotMergeable(f"{part} cannot be merged from the answers of several shards.")
        if getattr(part, "is_selectable", False):
            continue
        stack.extend(part.get_children())


def _owned(statement: Any, anchor: Any, slot_map: SlotMap, shard: int) -> Any:
    slot = anchor.c.slot
    ranges = [
        slot == first if first == last else between(slot, first, last) for first, last in slot_map.ranges_of(shard)
    ]
    return statement.where(or_(false(), *ranges) if len(ranges) != 1 else and_(*ranges))
