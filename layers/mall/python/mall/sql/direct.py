"""Statements whose SQL is made once and then goes to the driver, past SQLAlchemy's execution.

Of what a short statement costs us, two thirds are SQLAlchemy's: the context, the cursor and the result that it makes
for each execution. SQLAlchemy still writes the SQL, converts values, and holds the connection and its transaction; its
hooks (`before_cursor_execute`, `after_cursor_execute`) hear of each execution, and errors come as its own. But one
cursor a connection serves all executions of a statement, and rows are named tuples.

Writes may be `Gathered`, to go to the server as one statement: each of them a part of its WITH.

What needs more of SQLAlchemy than that (defaults that Python makes, `IN` over a list, …) is executed by it as ever.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, cast

import psycopg
from psycopg.types.numeric import Int8Dumper
from sqlalchemy import Connection, bindparam

_CURSORS = "mall.cursors"
_MOST_CURSORS = 200
# Rows of one INSERT that go in one statement; each number of them is a statement of its own to the server.
_MOST_ROWS = 8
_PLACEHOLDER = re.compile(r"%\((\w+)\)s|%%")

Values = Mapping[str, Any]
_Convert = Callable[[Any], Any]


class Found:
    """What a statement answered: its rows, which have the columns as attributes, or how many rows it changed."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: Sequence[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> Sequence[Any]:
        """The rows."""
        return self._rows

    def first(self) -> Any:
        """The first row; None where there is none."""
        return self._rows[0] if self._rows else None

    def one_or_none(self) -> Any:
        """The only row; None where there is none."""
        assert len(self._rows) <= 1, "more than one row"
        return self.first()

    def scalars(self) -> list[Any]:
        """The first column of each row."""
        return [row[0] for row in self._rows]

    def scalar_one(self) -> Any:
        """The first column of the only row."""
        (row,) = self._rows
        return row[0]


class Form:
    """The SQL of a statement for one choice of columns."""

    def __init__(self, compiled: Any) -> None:
        dialect = compiled.dialect
        self.text: str = compiled.string
        self.names, self._sent = _numbered([self.text])
        converted = ((name, _binding(bind.type, dialect)) for bind, name in compiled.bind_names.items())
        self._converted = [(name, convert) for name, convert in converted if convert is not None]
        columns = compiled._result_columns or ()
        kind: Any = namedtuple("Row", [column.keyname for column in columns]) if columns else None
        self._row: Callable[[Sequence[Any]], Any] | None = kind and kind._make
        self._types = [column.type.dialect_impl(dialect) for column in columns]
        self._dialect = dialect
        self._read: list[tuple[int, _Convert]] | None = None
        self._fixed = {name: compiled.params[name] for bind, name in compiled.bind_names.items() if not bind.required}

    @property
    def returns(self) -> bool:
        """Whether the statement answers with rows."""
        return self._row is not None

    def parameters(self, values: Values) -> list[Any]:
        """The values in the order in which the statement is given them. Raises KeyError for one that is missing."""
        given = {**self._fixed, **values}
        for name, convert in self._converted:
            given[name] = convert(given[name])
        return [given[name] for name in self.names]

    def send(self, connection: Connection, values: Values) -> Found:
        """Execute the statement with these values of its parameters and of the columns that it writes."""
        if self._row is None:
            return Found((), _execute(connection, self._sent, self.parameters(values)).rowcount)
        cursor = _execute(connection, self._sent, self.parameters(values))
        rows: Sequence[Sequence[Any]] = cursor.fetchall()
        if self._read is None:
            self._read = self._reading(cursor)
        if self._read:
            rows = [_read_row(row, self._read) for row in rows]
        return Found([self._row(row) for row in rows], cursor.rowcount)

    def _reading(self, cursor: psycopg.Cursor[Any]) -> list[tuple[int, _Convert]]:
        """How values of columns are read that do not come as they are, which also depends on the server's types."""
        sent = [column.type_code for column in cursor.description or ()]
        found = (
            (number, kind.result_processor(self._dialect, sent[number])) for number, kind in enumerate(self._types)
        )
        return [(number, convert) for number, convert in found if convert is not None]


class Direct:
    """A statement of SQLAlchemy's Core with parameters, to be executed often."""

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._forms: dict[tuple[Any, ...], Form | None] = {}

    def execute(self, connection: Connection, values: Values) -> Found:
        """Execute it with these values of its parameters, and of the columns that it writes."""
        form = self.form(connection, values)
        return _long_way(connection, self._statement, values) if form is None else form.send(connection, values)

    def form(self, connection: Connection, values: Values) -> Form | None:
        """The SQL for these columns; None where SQLAlchemy has to look at it each time."""
        key = tuple(values)
        if key not in self._forms:
            self._forms[key] = _form(connection, self._statement, values, 1)
        return self._forms[key]

    def inserts(self, connection: Connection, rows: Sequence[Values]) -> Iterator[tuple[Form | None, Values]]:
        """The INSERTs that together insert these rows, each with its values; None as in `form`."""
        for names, group in groupby(rows, key=tuple):
            some = list(group)
            for start in range(0, len(some), _MOST_ROWS):
                part = some[start : start + _MOST_ROWS]
                key = (len(part), *names)
                if key not in self._forms:
                    self._forms[key] = _form(connection, self._statement, part[0], len(part))
                form = self._forms[key]
                if form is None:
                    yield from ((None, row) for row in part)
                elif len(part) == 1:
                    yield form, part[0]
                else:
                    yield form, {f"{name}__{number}": row[name] for number, row in enumerate(part) for name in names}


class Gathered:
    """Writes that wait to be sent as one statement; no two of them are of the same table.

    In one statement none of them sees what another one writes, and it is not defined which of two that write the same
    row does. Foreign keys between them hold: they are looked at when all is written.
    """

    def __init__(self) -> None:
        self._writes: list[tuple[Form, Values, Exception | None]] = []
        self._tables: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._writes)

    def takes(self, table: str) -> bool:
        """Whether a write of `table` may be added."""
        return table not in self._tables

    def add(self, table: str, form: Form, values: Values, unless: Exception | None = None) -> None:
        """Add a write; `unless` is raised when it does not find its one row."""
        self._tables.add(table)
        self._writes.append((form, values, unless))

    def send(self, connection: Connection) -> int:
        """Execute them all and return how many rows the last one wrote. Raises what was given as `unless`."""
        writes = self._writes
        self._writes, self._tables = [], set()
        if len(writes) == 1:
            form, values, unless = writes[0]
            counts: Sequence[int] = [form.send(connection, values).rowcount]
        else:
            sent = _together(tuple(form for form, _, _ in writes))
            parameters = [value for form, values, _ in writes for value in form.parameters(values)]
            (counts,) = _execute(connection, sent, parameters).fetchall()
        for (_, _, unless), count in zip(writes, counts, strict=True):
            if unless is not None and count != 1:
                raise unless
        return counts[-1]


@lru_cache(maxsize=512)
def _together(forms: tuple[Form, ...]) -> bytes:
    """The SQL of several writes that answers with how many rows each wrote."""
    parts = [f"w{number} AS ({form.text} RETURNING 1)" for number, form in enumerate(forms)]
    counts = [f"(SELECT count(*) FROM w{number})" for number in range(len(forms))]  # noqa: S608  (our own names)
    _, sent = _numbered(["WITH " + parts[0], *(", " + part for part in parts[1:]), " SELECT " + ", ".join(counts)])
    return sent


def _numbered(parts: Sequence[str]) -> tuple[list[str], bytes]:
    """The names of the parameters and the SQL with their numbers; each part counts its own."""
    names: list[str] = []
    found: list[str] = []
    for part in parts:
        numbers: dict[str, int] = {}

        def number(match: re.Match[str], numbers: dict[str, int] = numbers) -> str:
            name = match[1]
            if name is None:
                return "%"
            if name not in numbers:
                names.append(name)
                numbers[name] = len(names)
            return f"${numbers[name]}"

        found.append(_PLACEHOLDER.sub(number, part))
    return names, "".join(found).encode()


def _execute(connection: Connection, sent: bytes, parameters: list[Any]) -> psycopg.Cursor[tuple[Any, ...]]:
    cursor = _cursor(connection, sent)
    # Those that listen to one connection alone hear nothing.
    hooks = connection.engine.dispatch
    for before in hooks.before_cursor_execute:
        before(connection, cursor, sent.decode(), parameters, None, False)
    try:
        cursor.execute(sent, parameters)
    except psycopg.Error as error:
        # It says what SQLAlchemy says to everybody, and drops a connection that is lost.
        connection._handle_dbapi_exception(error, sent.decode(), None, None, None)
        raise
    for after in hooks.after_cursor_execute:
        after(connection, cursor, sent.decode(), parameters, None, False)
    return cursor


def _cursor(connection: Connection, sent: bytes) -> psycopg.Cursor[tuple[Any, ...]]:
    """The cursor of a statement: it remembers how to write the parameters and how to read the rows."""
    pooled = connection.connection
    cursors = pooled.info.setdefault(_CURSORS, {})
    cursor = cursors.get(sent)
    if cursor is None:
        if len(cursors) == _MOST_CURSORS:
            cursors.clear()
        cursor = cursors[sent] = psycopg.RawCursor(cast("psycopg.Connection[Any]", pooled.driver_connection))
        # A statement is prepared for the types that it is given, and a number's would depend on how large it is.
        cursor.adapters.register_dumper(int, Int8Dumper)
    return cast("psycopg.Cursor[tuple[Any, ...]]", cursor)


def _form(connection: Connection, statement: Any, row: Values, count: int) -> Form | None:
    names = list(row)
    if count > 1:
        columns = statement.table.c
        statement = statement.values(
            [
                {name: bindparam(f"{name}__{number}", type_=columns[name].type) for name in names}
                for number in range(count)
            ]
        )
        names = []
    compiled = statement.compile(dialect=connection.dialect, column_keys=names, for_executemany=True)
    by_python = compiled.insert_prefetch or compiled.update_prefetch
    if by_python or compiled.post_compile_params or compiled.literal_execute_params or compiled.escaped_bind_names:
        return None
    return Form(compiled)


def _long_way(connection: Connection, statement: Any, values: Values) -> Found:
    result = connection.execute(statement, values)
    return Found(result.all() if result.returns_rows else (), result.rowcount)


def _binding(kind: Any, dialect: Any) -> _Convert | None:
    return cast("_Convert | None", kind.dialect_impl(dialect).bind_processor(dialect))


def _read_row(row: Sequence[Any], converts: Sequence[tuple[int, _Convert]]) -> list[Any]:
    found = list(row)
    for number, convert in converts:
        found[number] = convert(found[number])
    return found
