"""Whose rows a statement wants: the slots that its criteria name.

`plan_of(statement)` reads a statement once and keeps what it found under the statement's cache key, so repeating the
statement with other values costs a dictionary look-up. What it finds are groups: sets of table occurrences whose rows
live together because the statement ties them by columns that carry the slot, each with the condition that restricts
the group's slots. A condition is evaluated with the values of the moment and gives a set of slots, or None for "any".

Criteria only count where they restrict the answer: what stands in the ON clause of an outer join, in a correlated
subquery or below NOT says nothing about the rows of the outer query, and what a query says about a subquery that
limits or groups its rows says nothing about the rows that the subquery reads. Whatever is not understood restricts
nothing, so that the worst that can happen to a statement is to be refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CTE, Alias, CompoundSelect, Delete, Insert, Join, Lateral, Select, Subquery, Table, Update
from sqlalchemy.sql import operators
from sqlalchemy.sql.base import CompileState
from sqlalchemy.sql.elements import (
    BinaryExpression,
    BindParameter,
    BooleanClauseList,
    ClauseList,
    ColumnClause,
    Grouping,
    Label,
    TextClause,
    Tuple,
    TypeCoerce,
)
from sqlalchemy.sql.selectable import (
    FromClause,
    FromGrouping,
    ScalarSelect,
    SelectState,
    SelectStatementGrouping,
    TableClause,
    TableSample,
    TextualSelect,
)

from mall import errors
from mall.ids import SLOTS
from mall.sql.base import Kind, carriers_of, kind_of, slot_of_value

Slots = frozenset[int]
NONE: Slots = frozenset()


class Values:
    """The values that a statement is executed with."""

    def __init__(self, binds: Sequence[BindParameter[Any]], parameters: object) -> None:
        self.binds = binds
        self._parameters = parameters if isinstance(parameters, Mapping) else {}

    def of(self, bind: "int | BindParameter[Any]") -> Any:
        """The value of a bound parameter, given by its place in the cache key or as itself."""
        parameter = self.binds[bind] if isinstance(bind, int) else bind
        if parameter.key in self._parameters:
            return self._parameters[parameter.key]
        return parameter.effective_value


class Condition:
    """Something that restricts the slots of a group."""

    def slots(self, values: Values) -> Slots:
        """The slots that satisfy it."""
        raise NotImplementedError


@dataclass(frozen=True)
class Named(Condition):
    """`column = value`, `column IN (values)` or `(…, column, …) IN (tuples)`; the column carries the slot."""

    kind: Kind
    column: str
    binds: tuple[int | BindParameter[Any], ...]
    many: bool = False
    position: int | None = None

    def slots(self, values: Values) -> Slots:
        given = [values.of(bind) for bind in self.binds]
        if self.many:
            given = [item for items in given for item in items or ()]
        if self.position is not None:
            given = [item[self.position] for item in given]
        return frozenset(slot for item in given if item is not None for slot in self._slot(item))

    def _slot(self, value: Any) -> Iterator[int]:
        try:
            slot = slot_of_value(self.kind, self.column, value)
        except errors.Invalid:
            return  # no row has such an id, so asking for it restricts the answer to nothing
        if 0 <= slot < SLOTS:
            yield slot


@dataclass(frozen=True)
class All(Condition):
    """Every part holds."""

    parts: tuple[Condition, ...]

    def slots(self, values: Values) -> Slots:
        return frozenset.intersection(*(part.slots(values) for part in self.parts))


@dataclass(frozen=True)
class AnyOf(Condition):
    """At least one part holds."""

    parts: tuple[Condition, ...]

    def slots(self, values: Values) -> Slots:
        return frozenset().union(*(part.slots(values) for part in self.parts))


@dataclass(frozen=True)
class Plan:
    """What a statement touches: the kinds of its tables, and a condition (or None: any slot) for each group of rows.

    `opaque` says why its tables cannot be known, for raw SQL and the like. `target` is the kind of the table it writes.
    `flat` is False when some rows are read by a subquery of their own, so that answers of several shards mean nothing.
    """

    kinds: frozenset[Kind]
    groups: tuple[Condition | None, ...]
    opaque: str = ""
    target: Kind | None = None
    tables: frozenset[str] = frozenset()
    flat: bool = True

    @property
    def families(self) -> frozenset[str]:
        """The families of its tables."""
        return frozenset(kind.family for kind in self.kinds)


def plan_of(statement: Any, parameters: object = None) -> tuple[Plan, Values]:
    """What `statement` touches, and the values to evaluate the plan's conditions with."""
    cache_key = statement._generate_cache_key()
    if cache_key is None:
        return _Reader(()).read(statement), Values((), parameters)
    values = Values(cache_key.bindparams, parameters)
    plan = _plans.get(cache_key.key)
    if plan is None:
        reader = _Reader(cache_key.bindparams)
        plan = reader.read(statement)
        if reader.cacheable:
            if len(_plans) >= _PLANS:
                _plans.clear()
            _plans[cache_key.key] = plan
    return plan, values


def anchor_of(statement: Any) -> FromClause | None:
    """The sharded table, or its alias, in FROM of `statement` whose slot decides where all of its rows live."""
    facts = _Facts()
    names = _Reader(()).names(statement, facts)
    return next((name for name, rows in names.items() if isinstance(rows, _Rows) and rows in facts.rows), None)


_NO_COMPILER: Any = None
_ORM_SELECT: Any = CompileState.plugins[("orm", "select")]
_plans: dict[Any, Plan] = {}
_PLANS = 1000


@dataclass(eq=False)
class _Rows:
    """One occurrence of a table in a statement; `kind` is None for what a subquery hands out."""

    table: Table
    kind: Kind
    real: bool = True


@dataclass(eq=False)
class _Derived:
    """The columns of a subquery: they are resolved inside it."""

    inside: "_Names"
    shadows: "dict[_Rows, _Rows] | None" = None  # for a subquery that limits or groups its rows


_Names = dict[FromClause, "_Rows | _Derived | None"]


@dataclass(eq=False)
class _Facts:
    """What one scope says: its tables, the ties between them, the conditions on them, and the scopes inside."""

    rows: list[_Rows] = field(default_factory=list)
    ties: list[tuple[_Rows, _Rows]] = field(default_factory=list)
    conditions: list[tuple[_Rows, Condition]] = field(default_factory=list)
    choices: list[list["_Facts"]] = field(default_factory=list)
    inner: list["_Facts"] = field(default_factory=list)  # they know what this scope says, and tell it nothing
    sources: list[tuple["_Facts", dict[_Rows, _Rows]]] = field(default_factory=list)  # they tell, and know nothing


class _Closure:
    """The groups that follow from the facts of a scope and those of the scopes around it."""

    def __init__(self, around: "_Closure | None" = None) -> None:
        self.parent: dict[_Rows, _Rows] = dict(around.parent) if around else {}
        self.conditions: dict[_Rows, list[Condition]] = (
            {root: list(parts) for root, parts in around.conditions.items()} if around else {}
        )
        self.settled: list[_Rows] = list(around.settled) if around else []

    def root(self, rows: _Rows) -> _Rows:
        while rows in self.parent:
            rows = self.parent[rows]
        return rows

    def tie(self, one: _Rows, other: _Rows) -> None:
        one, other = self.root(one), self.root(other)
        if one is not other:
            self.parent[other] = one
            if other in self.conditions:
                self.conditions.setdefault(one, []).extend(self.conditions.pop(other))

    def restrict(self, rows: _Rows, condition: Condition) -> None:
        self.conditions.setdefault(self.root(rows), []).append(condition)

    def condition(self, rows: _Rows) -> Condition | None:
        parts = self.conditions.get(self.root(rows))
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else All(tuple(parts))


class _Reader:
    """Reads one statement."""

    def __init__(self, binds: Sequence[BindParameter[Any]]) -> None:
        self._places = {bind: place for place, bind in enumerate(binds)}
        self.cacheable = True
        self._kinds: set[Kind] = set()
        self._tables: set[str] = set()
        self._opaque = ""

    def read(self, statement: Any) -> Plan:
        facts = _Facts()
        target = None
        if isinstance(statement, Select | CompoundSelect):
            self._select(statement, {}, facts, (), ())
        elif isinstance(statement, Update | Delete):
            target = self._write(statement, facts)
        elif isinstance(statement, Insert):
            table: Any = statement.table
            target = self._note(table)
            if statement.select is not None or statement._independent_ctes:
                self._opaque = "INSERT … SELECT"
        elif hasattr(statement, "element") and statement.__visit_name__ == "orm_from_statement":
            return self.read(statement.element)
        else:
            self._opaque = "raw SQL"
        groups: list[Condition | None] = []
        hidden: list[Condition | None] = []
        self._close(facts, None, groups, hidden)
        return Plan(
            kinds=frozenset(self._kinds),
            groups=(*groups, *hidden),
            opaque=self._opaque,
            target=target,
            tables=frozenset(self._tables),
            flat=not hidden,
        )

    def names(self, statement: Any, facts: _Facts) -> "_Names":
        """What a SELECT calls the tables it reads; their facts are added to `facts`."""
        return self._select(statement, {}, facts, (), ())

    # --- from facts to groups

    def _close(
        self,
        facts: _Facts,
        around: _Closure | None,
        groups: list[Condition | None],
        hidden: list[Condition | None],
    ) -> _Closure:
        """Add the groups of this scope to `groups`, and those of the scopes inside to `hidden`."""
        closure = _Closure(around)
        for source, shadows in facts.sources:
            told = self._close(source, around, hidden, hidden)
            for rows, shadow in shadows.items():
                condition = told.condition(rows)
                if condition is not None:
                    closure.restrict(shadow, condition)
            closure.settled.extend(shadows.values())
        for one, other in facts.ties:
            closure.tie(one, other)
        for rows, condition in facts.conditions:
            closure.restrict(rows, condition)
        for branches in facts.choices:
            self._choose(branches, closure)
        outside = {id(closure.root(rows)) for rows in closure.settled}
        for rows in facts.rows:
            root = closure.root(rows)
            if id(root) not in outside:
                outside.add(id(root))
                groups.append(closure.condition(root))
        closure.settled.extend(facts.rows)
        for inner in facts.inner:
            self._close(inner, closure, hidden, hidden)
        return closure

    @staticmethod
    def _choose(branches: list[_Facts], closure: _Closure) -> None:
        """Of alternatives, what every one says about a group is true of the group."""
        found: list[dict[_Rows, Condition]] = []
        for branch in branches:
            alternative = _Closure()
            alternative.parent = dict(closure.parent)
            for one, other in branch.ties:
                alternative.tie(one, other)
            for rows, condition in branch.conditions:
                alternative.restrict(rows, condition)
            for inner_branches in branch.choices:
                _Reader._choose(inner_branches, alternative)
            said: dict[_Rows, list[Condition]] = {}
            for root, conditions in alternative.conditions.items():
                said.setdefault(closure.root(root), []).extend(conditions)
            found.append({root: All(tuple(conditions)) for root, conditions in said.items()})
        for root in found[0]:
            if all(root in branch for branch in found):
                closure.restrict(root, AnyOf(tuple(branch[root] for branch in found)))

    # --- from statements to facts

    def _select(
        self,
        statement: Any,
        names: _Names,
        facts: _Facts,
        correlate: Sequence[FromClause],
        implicit: Sequence[FromClause],
    ) -> _Names:
        """Read a SELECT into `facts`; gives the names that its columns are resolved with."""
        if isinstance(statement, SelectStatementGrouping | ScalarSelect):
            return self._select(statement.element, names, facts, correlate, implicit)
        if isinstance(statement, CompoundSelect):
            for part in statement.selects:
                branch = _Facts()
                facts.inner.append(branch)
                self._select(part, names, branch, correlate, implicit)
            return dict(names)
        if not isinstance(statement, Select):
            self._opaque = "raw SQL"
            return dict(names)
        if statement._independent_ctes:
            self._opaque = "a CTE that the query does not select from"
        if statement._propagate_attrs.get("compile_state_plugin") == "orm":
            # What the mapper makes of it: relationships become joins, eager loading adds more.
            statement = _ORM_SELECT._create_orm_context(statement, toplevel=True, compiler=None).statement
            if not isinstance(statement, Select):
                return self._select(statement, names, facts, correlate, implicit)
        state = SelectState(statement, _NO_COMPILER)
        inside: _Names = dict(names)
        froms = state._get_display_froms(explicit_correlate_froms=[*correlate], implicit_correlate_froms=[*implicit])
        for source in froms:
            self._from(source, inside, facts)
        mine = [element for source in froms for element in source._from_objects]
        around = (*correlate, *mine)
        for criterion in statement._where_criteria:
            self._conjunct(criterion, inside, facts, around, mine)
        others = [*statement._raw_columns, *statement._having_criteria]
        others += [*statement._group_by_clauses, *statement._order_by_clauses]
        for element in others:
            self._look(element, inside, facts, around, mine)
        return inside

    def _write(self, statement: Any, facts: _Facts) -> Kind | None:
        names: _Names = {}
        self._from(statement.table, names, facts)
        if statement._independent_ctes:
            self._opaque = "a CTE that the statement does not select from"
        extra = [element for criterion in statement._where_criteria for element in criterion._from_objects]
        for element in getattr(statement, "_values", None) or {}:
            extra += getattr(statement._values[element], "_from_objects", [])
        for source in extra:
            if source not in names:
                self._from(source, names, facts)
        mine = list(names)
        for criterion in statement._where_criteria:
            self._conjunct(criterion, names, facts, mine, mine)
        for value in (getattr(statement, "_values", None) or {}).values():
            if hasattr(value, "get_children"):
                self._look(value, names, facts, mine, mine)
        for element in statement._returning:
            self._look(element, names, facts, mine, mine)
        return kind_of(statement.table)

    def _note(self, table: Table) -> Kind | None:
        kind = kind_of(table)
        if kind is None:
            self._opaque = f"the unknown table {table.name}"
        else:
            self._kinds.add(kind)
            self._tables.add(table.name)
        return kind

    def _from(self, source: Any, names: _Names, facts: _Facts) -> _Facts:  # noqa: PLR0912  (one for each kind of it)
        """Read what stands in FROM; gives the scope that knows all of it, which differs when an outer join is in it."""
        if isinstance(source, Join):
            return self._join(source, names, facts)
        if isinstance(source, Table):
            self._occurrence(source, source, names, facts)
        elif isinstance(source, FromGrouping):
            return self._from(source.element, names, facts)
        elif isinstance(source, CTE):
            if source.recursive or not isinstance(source.element, Select | CompoundSelect | SelectStatementGrouping):
                self._opaque = "a recursive or writing CTE"
            elif source._cte_alias is not None:
                original: _Names = {}
                self._derived(source._cte_alias, source.element, original, facts)
                names[source] = _Derived(original)
            else:
                self._derived(source, source.element, names, facts)
        elif isinstance(source, Subquery):
            self._derived(source, source.element, names, facts)
        elif isinstance(source, Alias | TableSample):
            element: Any = source.element
            while isinstance(element, Alias | TableSample):
                element = element.element
            if isinstance(element, Table):
                self._occurrence(source, element, names, facts)
            elif isinstance(element, CTE) and element.recursive:
                self._opaque = "a recursive CTE"
            elif isinstance(element, Subquery | CTE):
                within: _Names = {}
                self._derived(element, element.element, within, facts)
                names[source] = _Derived(within)
            else:
                self._opaque = "an alias of something unknown"
        elif isinstance(source, TableClause | TextClause | TextualSelect):
            self._opaque = "an unknown table or raw SQL"
        else:  # a function in FROM, VALUES: rows of the statement itself
            names[source] = None
            self._look(source, names, facts, (), ())
        return facts

    def _occurrence(self, name: FromClause, table: Table, names: _Names, facts: _Facts) -> None:
        kind = self._note(table)
        names[name] = None
        if kind is not None and kind.sharded:
            rows = _Rows(table, kind)
            names[name] = rows
            facts.rows.append(rows)

    def _derived(self, name: FromClause, select: Any, names: _Names, facts: _Facts) -> None:
        correlate = list(names) if isinstance(name, Lateral) else []
        while isinstance(select, SelectStatementGrouping):
            select = select.element
        if not _is_window(select):
            names[name] = _Derived(self._select(select, names if correlate else {}, facts, correlate, ()))
            return
        inner = _Facts()
        inside = self._select(select, names if correlate else {}, inner, correlate, ())
        if correlate:
            facts.inner.append(inner)
            names[name] = None
            return
        shadows = {rows: _Rows(rows.table, rows.kind, real=False) for rows in _all_rows(inner)}
        facts.sources.append((inner, shadows))
        names[name] = _Derived(inside, shadows)

    def _join(self, join: Join, names: _Names, facts: _Facts) -> _Facts:
        if join.full:
            self._opaque = "a FULL JOIN"
            return facts
        known = self._from(join.left, names, facts)
        if join.isouter:
            # A row of the right side that matters has matched, so all that was matched before it holds for it too.
            optional = _Facts()
            known.inner.append(optional)
            innermost = self._from(join.right, names, optional)
            self._conjunct(join.onclause, names, optional, list(names), list(names))
            return innermost
        if self._from(join.right, names, facts) is not facts:
            known = facts
        self._conjunct(join.onclause, names, facts, list(names), list(names))
        return known

    def _conjunct(
        self, expression: Any, names: _Names, facts: _Facts, correlate: Sequence[Any], implicit: Sequence[Any]
    ) -> None:
        """Note what `expression`, which is true of every row of the answer, says."""
        expression = _bare(expression)
        if isinstance(expression, BooleanClauseList) and expression.operator is operators.and_:
            for clause in expression.clauses:
                self._conjunct(clause, names, facts, correlate, implicit)
            return
        if isinstance(expression, BooleanClauseList) and expression.operator is operators.or_:
            branches = []
            for clause in expression.clauses:
                branch = _Facts()
                self._conjunct(clause, names, branch, correlate, implicit)
                branches.append(branch)
                # Subqueries of an alternative read rows whatever the alternative comes to.
                for hidden in _subqueries_of(branch):
                    facts.inner.append(hidden)
            facts.choices.append(branches)
            return
        if isinstance(expression, BinaryExpression):
            if expression.operator is operators.eq:
                self._equal(_bare(expression.left), _bare(expression.right), names, facts)
            elif expression.operator is operators.in_op:
                self._in(_bare(expression.left), _bare(expression.right), names, facts)
        self._look(expression, names, facts, correlate, implicit)

    def _equal(self, left: Any, right: Any, names: _Names, facts: _Facts) -> None:
        one, other = self._carrier(left, names), self._carrier(right, names)
        if one is not None and other is not None:
            if one[0].kind.family == other[0].kind.family:
                facts.ties.append((one[0], other[0]))
        elif one is not None and isinstance(right, BindParameter):
            facts.conditions.append((one[0], Named(one[0].kind, one[1], (self._place(right),))))
        elif other is not None and isinstance(left, BindParameter):
            facts.conditions.append((other[0], Named(other[0].kind, other[1], (self._place(left),))))

    def _in(self, left: Any, right: Any, names: _Names, facts: _Facts) -> None:
        columns = list(left.clauses) if isinstance(left, Tuple) else [left]
        for position, column in enumerate(columns):
            carrier = self._carrier(_bare(column), names)
            if carrier is None:
                continue
            rows, name = carrier
            place = position if isinstance(left, Tuple) else None
            if isinstance(right, BindParameter):
                facts.conditions.append((rows, Named(rows.kind, name, (self._place(right),), True, place)))
            elif isinstance(right, ClauseList) and place is None:
                elements = [_bare(element) for element in right.clauses]
                if all(isinstance(element, BindParameter) for element in elements):
                    facts.conditions.append(
                        (rows, Named(rows.kind, name, tuple(self._place(element) for element in elements)))
                    )

    def _look(
        self, expression: Any, names: _Names, facts: _Facts, correlate: Sequence[Any], implicit: Sequence[Any]
    ) -> None:
        """Find the subqueries of an expression; they read rows that the query around them depends on."""
        stack = [(expression, None)]
        while stack:
            element, compared = stack.pop()
            if isinstance(element, Select | CompoundSelect | ScalarSelect | SelectStatementGrouping):
                inner = _Facts()
                facts.inner.append(inner)
                inside = self._select(element, names, inner, correlate, implicit)
                if compared is not None:
                    self._compared(compared, element, names, inside, inner)
            elif isinstance(element, Subquery | CTE):
                # Selecting whole rows of a subquery: it is in FROM as well, and read there.
                continue
            elif isinstance(element, TextClause | TextualSelect):
                self._opaque = "raw SQL"
            elif isinstance(element, BinaryExpression) and element.operator is operators.in_op:
                stack.append((element.left, None))
                stack.append((_bare(element.right), _bare(element.left)))
            elif isinstance(element, FromClause):
                continue
            else:
                stack.extend((child, None) for child in element.get_children())

    def _compared(self, column: Any, select: Any, names: _Names, inside: _Names, inner: _Facts) -> None:
        """`column IN (SELECT other …)`: of the subquery's rows, only those with the column's slot matter."""
        while isinstance(select, ScalarSelect | SelectStatementGrouping):
            select = select.element
        if _is_window(select):
            return
        carrier = self._carrier(column, names)
        selected = list(select.selected_columns)
        if carrier is None or len(selected) != 1:
            return
        other = self._carrier(_bare(selected[0]), inside)
        if other is not None and other[0].kind.family == carrier[0].kind.family:
            inner.ties.append((carrier[0], other[0]))

    def _carrier(self, element: Any, names: _Names) -> tuple[_Rows, str] | None:
        """The occurrence of a sharded table whose slot the column `element` carries, and the column's name there."""
        if not isinstance(element, ColumnClause) or element.table is None:
            return None
        found = names.get(element.table)
        if isinstance(found, _Rows):
            return (found, element.name) if element.name in carriers_of(found.table) else None
        if isinstance(found, _Derived):
            proxies = list(getattr(element, "_proxies", ()))
            if len(proxies) == 1:
                inner = self._carrier(_bare(proxies[0]), found.inside)
                if inner is not None and found.shadows is not None:
                    shadow = found.shadows.get(inner[0])
                    return None if shadow is None else (shadow, inner[1])
                return inner
        return None

    def _place(self, bind: BindParameter[Any]) -> int | BindParameter[Any]:
        for origin in bind._cloned_set:
            if origin in self._places:
                return self._places[origin]
        self.cacheable = False
        return bind


def _bare(element: Any) -> Any:
    while isinstance(element, Grouping | Label | TypeCoerce):
        element = element.element if not isinstance(element, TypeCoerce) else element.clause
    return element


def _is_window(select: Any) -> bool:
    """Whether what is said about a subquery's rows from outside cannot be said inside instead."""
    if not isinstance(select, Select):
        return True
    return bool(
        select._limit_clause is not None
        or select._offset_clause is not None
        or select._fetch_clause is not None
        or select._distinct
        or select._group_by_clauses
        or select._having_criteria
        or any(_computes(column) for column in select._raw_columns)
    )


def _computes(column: Any) -> bool:
    """Whether a selected column is more than a column: an aggregate or a window makes one row of several."""
    return not isinstance(_bare(column), ColumnClause | FromClause)


def _all_rows(facts: _Facts) -> Iterator[_Rows]:
    yield from facts.rows
    for inner in facts.inner:
        yield from _all_rows(inner)


def _subqueries_of(branch: _Facts) -> Iterator[_Facts]:
    yield from branch.inner
    branch.inner = []
