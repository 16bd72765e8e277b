"""Which slots a statement names. No database is asked."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    Integer,
    and_,
    bindparam,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    text,
    true,
    tuple_,
    union_all,
    update,
    values,
)
from sqlalchemy.orm import aliased, joinedload, selectinload

from mall import ids
from mall.sql.choose import plan_of
from tests.fixtures.shop import Account, Campaign, Line, Note, Order, Region, buyer

A, B = buyer(7), buyer(900)
ORDER_A = ids.new("ord", slot=7)
MERCHANT = ids.new("mch", slot=55)


def slots(statement: Any, parameters: object = None) -> list[set[int] | None]:
    """The slots that each group of rows of the statement may have; None is any."""
    plan, given_values = plan_of(statement, parameters)
    assert not plan.opaque
    return [None if group is None else set(group.slots(given_values)) for group in plan.groups]


@pytest.mark.parametrize(
    "criterion",
    [
        Order.user_id == A,
        literal(A) == Order.user_id,
        Order.id == ORDER_A,
        Order.slot == 7,
        Order.user_id.in_([A]),
        Order.user_id.in_([literal(A), literal(A)]),
        tuple_(Order.slot, Order.id).in_([(7, ORDER_A)]),
        and_(Order.total > 3, Order.user_id == A),
        and_(true(), or_(Order.total == 1, Order.total == 2), Order.user_id == A),
        and_(Order.user_id.in_([A, B]), Order.id == ORDER_A),
        or_(Order.user_id == A, Order.id == ORDER_A),
        or_(and_(Order.user_id == A, Order.total == 1), and_(Order.total == 2, Order.slot == 7)),
    ],
)
def test_a_key_in_the_criteria_names_its_slot(criterion: Any) -> None:
    assert slots(select(Order).where(criterion)) == [{7}]
    assert slots(update(Order).where(criterion).values(total=1)) == [{7}]
    assert slots(delete(Order).where(criterion)) == [{7}]


@pytest.mark.parametrize(
    "criterion",
    [
        Order.total == 1,
        Order.merchant_id == A,
        Order.user_id != A,
        Order.user_id > A,
        Order.user_id.is_(None),
        Order.user_id.not_in([A]),
        not_(Order.user_id == A),
        not_(or_(Order.user_id == A, Order.total == 1)),
        or_(Order.user_id == A, Order.total == 1),
        func.coalesce(Order.user_id, A) == A,
        Order.user_id == Order.merchant_id,
        literal(A) == A,
    ],
)
def test_what_does_not_name_a_key_leaves_every_slot(criterion: Any) -> None:
    assert slots(select(Order).where(criterion)) == [None]


def test_alternatives_add_up_and_contradictions_leave_nothing() -> None:
    assert slots(select(Order).where(or_(Order.user_id == A, Order.user_id == B))) == [{7, 900}]
    assert slots(select(Order).where(Order.user_id.in_([A, B]))) == [{7, 900}]
    assert slots(select(Order).where(Order.user_id == A, Order.user_id == B)) == [set()]
    assert slots(select(Order).where(Order.user_id.in_([]))) == [set()]
    tied = or_(Line.order_id == Order.id, Line.quantity == Order.total)
    assert slots(select(Order, Line).where(tied)) == [None, None]


def test_an_id_that_carries_no_slot_names_nothing() -> None:
    assert slots(select(Order).where(Order.id == "garbage")) == [set()]
    assert slots(select(Order).where(Order.id.in_(["garbage", ORDER_A]))) == [{7}]
    assert slots(select(Order).where(Order.slot == 5000)) == [set()]
    assert slots(select(Order).where(Order.user_id == bindparam("user", None))) == [set()]


def test_values_may_be_bound_when_the_statement_is_executed() -> None:
    statement = select(Order).where(Order.user_id == bindparam("user"))

    assert slots(statement, {"user": A}) == [{7}]
    assert slots(statement, {"user": B}) == [{900}]
    assert slots(select(Order).where(Order.user_id.in_(bindparam("users", expanding=True))), {"users": [A, B]}) == [
        {7, 900}
    ]


def test_the_same_statement_with_other_values_names_other_slots() -> None:
    def mine(user: str) -> list[set[int] | None]:
        other = aliased(Order)
        return slots(select(other).where(other.user_id == user, other.total == 1))

    assert [mine(A), mine(B), mine(A)] == [[{7}], [{900}], [{7}]]


@pytest.mark.parametrize(
    "statement",
    [
        select(Line).join(Line.order).where(Order.user_id == A),
        select(Order).join(Order.lines).where(Line.user_id == A),
        select(Order).join(Line, Line.order_id == Order.id).where(Line.slot == 7),
        select(Order, Line).where(Order.user_id == A, Line.user_id == Order.user_id),
        select(Order).outerjoin(Order.lines).where(Order.user_id == A),
        select(Order).join(Note, Note.order_id == Order.id).where(Order.user_id == A),
        select(Order).where(Order.user_id == A).options(joinedload(Order.lines)).limit(3),
        select(Order).where(Order.user_id == A).options(selectinload(Order.lines)),
        select(Order).where(Order.user_id == A, Order.lines.any(Line.quantity > 1)),
        select(Order).where(Order.user_id == A, ~Order.lines.any()),
        select(Order).where(Order.user_id == A, Order.id.in_(select(Line.order_id))),
        select(Order, select(func.count()).where(Line.order_id == Order.id).scalar_subquery()).where(Order.slot == 7),
        select(Order).join(Region, Region.id == Order.region).where(Order.user_id == A),
        select(func.count()).select_from(select(Order).where(Order.user_id == A).limit(3).subquery()),
    ],
)
def test_tables_tied_by_columns_that_carry_the_slot_are_one_group(statement: Any) -> None:
    assert slots(statement) == [{7}]


def test_a_chain_of_outer_joins_hangs_on_its_first_table() -> None:
    first, second = aliased(Line), aliased(Line)
    chain = (
        select(Order)
        .outerjoin(first, first.order_id == Order.id)
        .outerjoin(second, second.id == first.id)
        .where(Order.user_id == A)
    )

    assert slots(chain) == [{7}]


def test_rows_that_nothing_ties_are_groups_of_their_own() -> None:
    assert slots(select(Order, Line).where(Order.user_id == A)) == [{7}, None]
    assert slots(select(Order, Line).where(Order.user_id == A, Line.user_id == B)) == [{7}, {900}]
    assert slots(select(Order, Line).where(Order.user_id == A, Line.quantity == Order.total)) == [{7}, None]


def test_an_outer_join_does_not_restrict_its_left_side() -> None:
    on = and_(Line.order_id == Order.id, Order.user_id == A)

    assert slots(select(Order).outerjoin(Line, on)) == [None]
    assert slots(select(Order).join(Line, on)) == [{7}]
    assert slots(select(Order).outerjoin(Line, Line.user_id == A).where(Order.user_id == B)) == [{900}, {7}]


def test_a_subquery_does_not_restrict_the_query_around_it() -> None:
    mine = exists().where(Line.order_id == Order.id, Line.user_id == A)

    assert slots(select(Order).where(or_(mine, Order.total == 1))) == [None]
    assert slots(select(Order).where(~mine)) == [None]
    assert slots(select(Order).where(~mine, Order.user_id == B)) == [{900}]


def test_a_subquery_that_is_not_tied_needs_a_key_of_its_own() -> None:
    assert slots(select(Order).where(Order.user_id == A, Order.total.in_(select(Line.quantity)))) == [{7}, None]
    assert slots(
        select(Order).where(Order.user_id == A, Order.total > select(func.max(Line.quantity)).scalar_subquery())
    ) == [
        {7},
        None,
    ]
    either = or_(Order.user_id == A, and_(Order.slot == 7, Order.total.in_(select(Line.quantity))))
    assert slots(select(Order).where(either)) == [{7}, None]


def test_what_is_said_about_limited_rows_is_not_said_about_the_rows_before_the_limit() -> None:
    newest = select(Order).order_by(Order.id.desc()).limit(10).subquery()
    assert slots(select(newest).where(newest.c.user_id == A)) == [None]
    everything = select(Order).subquery()
    assert slots(select(everything).where(everything.c.user_id == A)) == [{7}]
    grouped = select(Line.order_id, func.sum(Line.quantity)).group_by(Line.order_id).subquery()
    assert slots(select(Order).join(grouped, grouped.c.order_id == Order.id).where(Order.user_id == A)) == [None]


def test_two_uses_of_one_subquery_are_two_sets_of_rows() -> None:
    orders = select(Order).subquery()
    one, other = orders.alias(), orders.alias()

    assert slots(select(one.c.id, other.c.id).where(one.c.user_id == A, other.c.user_id == B)) == [{7}, {900}]
    named = select(Order).cte()
    again = named.alias()
    assert slots(select(named.c.id, again.c.id).where(named.c.user_id == A, again.c.user_id == B)) == [{7}, {900}]


def test_the_branches_of_a_union_are_groups_of_their_own() -> None:
    statement = union_all(select(Order.id).where(Order.user_id == A), select(Line.id).where(Line.user_id == B))

    assert slots(statement) == [{7}, {900}]


def test_families_are_not_tied_to_one_another() -> None:
    statement = select(Order).join(Account, Account.merchant_id == Order.user_id).where(Order.user_id == A)

    assert slots(statement) == [{7}, None]
    assert plan_of(statement)[0].families == {"buyer", "merchant"}


@pytest.mark.parametrize("statement", [select(Campaign), select(Region).where(Region.id == A), select(literal(1))])
def test_tables_that_are_not_divided_need_no_key(statement: Any) -> None:
    assert slots(statement) == []


@pytest.mark.parametrize(
    "statement",
    [
        text("SELECT 1"),
        select(text("1")),
        select(Order).where(text("user_id = 'x'")),
        select(Order).from_statement(text("SELECT * FROM shop_order")),
        select(Order).join(Line, Line.order_id == Order.id, full=True).where(Order.user_id == A),
        insert(Line).from_select(["id"], select(Order.id).where(Order.user_id == A)),
        select(Order).where(Order.user_id == A).add_cte(delete(Line).cte("gone")),
    ],
)
def test_what_cannot_be_looked_into_is_opaque(statement: Any) -> None:
    assert plan_of(statement)[0].opaque


def test_rows_made_by_the_statement_itself_are_no_obstacle() -> None:
    made = values(column("n", Integer), name="made").data([(1,), (2,)])

    assert slots(select(Order).join(made, made.c.n == Order.total).where(Order.user_id == A)) == [{7}]


# --- any criteria: what is found is exactly what follows from the parts that name a slot

_SLOTS = st.integers(0, 5)
_Formula = tuple[Any, set[int] | None]


def _key(drawn: set[int]) -> _Formula:
    return Order.slot.in_(drawn), drawn


_ATOMS = st.one_of(
    _SLOTS.map(lambda slot: (Order.slot == slot, {slot})),
    _SLOTS.map(lambda slot: (Order.user_id == buyer(slot), {slot})),
    _SLOTS.map(lambda slot: (Order.id == bindparam(None, ids.new("ord", slot=slot)), {slot})),
    st.sets(_SLOTS, max_size=3).map(_key),
    st.integers(0, 3).map(lambda total: (Order.total == total, None)),
    _SLOTS.map(lambda slot: (not_(Order.slot == slot), None)),
)


def _all(parts: list[_Formula]) -> _Formula:
    named = [part[1] for part in parts if part[1] is not None]
    return and_(*(part[0] for part in parts)), set.intersection(*named) if named else None


def _any(parts: list[_Formula]) -> _Formula:
    named = [part[1] for part in parts]
    return or_(*(part[0] for part in parts)), None if None in named else set().union(
        *(n for n in named if n is not None)
    )


_FORMULAS = st.recursive(
    _ATOMS,
    lambda parts: st.lists(parts, min_size=2, max_size=3).flatmap(
        lambda drawn: st.sampled_from([_all(drawn), _any(drawn)])
    ),
    max_leaves=10,
)


@given(_FORMULAS)
def test_any_combination_of_and_and_or_is_followed_exactly(formula: _Formula) -> None:
    criterion, expected = formula

    assert slots(select(Order).where(criterion)) == [expected]
    assert slots(select(Line).join(Line.order).where(criterion)) == [expected]
