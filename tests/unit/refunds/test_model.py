"""What may go back, to where, and how it stands."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall import errors
from mall.money import Money, total
from mall.refunds import model
from mall.refunds.model import Part, RefundLine, RefundTooMuch, Source, State

NOTHING = Money(0)
WALLET = Source("wallet", "trd_1", Money(1000))
CHANNEL = Source("channel", "pay_1", Money(8000))


def line(
    line_id: str = "lin_1",
    quantity: int = 1,
    amount: int = 500,
    *,
    platform: int = 0,
    merchant: int = 0,
    bought: int | None = None,
    paid: int | None = None,
) -> RefundLine:
    return RefundLine(
        line_id,
        quantity,
        Money(amount),
        Money(platform),
        Money(merchant),
        bought,
        None if paid is None else Money(paid),
    )


def part(state: State) -> Part:
    return Part("rfd_1", "rfd_1", "usr_1", "channel", "pay_1", "pat_1", "sandbox", Money(1), state)


# ── What makes a request ────────────────────────────────────────────────────────────────────────────────────────────


def test_lines_and_freight_make_up_the_amount() -> None:
    model.check(Money(1200), [line("lin_1", amount=500), line("lin_2", amount=600)], Money(100))


def test_what_cost_the_buyer_nothing_can_be_given_back() -> None:
    model.check(NOTHING, [line(amount=0, platform=500)], NOTHING)
    model.check(NOTHING, [line(amount=0)], NOTHING)


@pytest.mark.parametrize(
    ("amount", "lines", "freight"),
    [
        (1201, [line()], 700),
        (500, [line(), line(amount=0)], 0),
        (-1, [line(amount=-1)], 0),
        (0, [line(amount=100)], -100),
        (500, [line(platform=-1)], 0),
        (500, [line(quantity=-1)], 0),
        (0, [], 0),
        (0, [line(quantity=0, amount=0)], 0),
    ],
)
def test_what_does_not_add_up_is_refused(amount: int, lines: Sequence[RefundLine], freight: int) -> None:
    with pytest.raises(errors.Invalid):
        model.check(Money(amount), lines, Money(freight))


def test_no_more_units_and_no_more_money_go_back_of_a_line_than_there_were() -> None:
    before = {"lin_1": line(quantity=2, amount=700)}

    model.check_lines([line(quantity=1, amount=300, bought=3, paid=1000)], before)
    for too_much in (line(quantity=2, amount=0, bought=3), line(quantity=0, amount=301, paid=1000)):
        with pytest.raises(RefundTooMuch):
            model.check_lines([too_much], before)
    with pytest.raises(RefundTooMuch):
        model.check_lines([line(quantity=4, bought=3)], {})


# ── Where it goes ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("amount", "before", "expected"),
    [
        (500, (0, 0), [(CHANNEL, 500)]),
        (8000, (0, 0), [(CHANNEL, 8000)]),
        (8400, (0, 0), [(CHANNEL, 8000), (WALLET, 400)]),
        (500, (7800, 0), [(CHANNEL, 200), (WALLET, 300)]),
        (500, (8000, 500), [(WALLET, 500)]),
        (0, (0, 0), []),
    ],
)
def test_channels_give_back_before_the_wallet(
    amount: int, before: tuple[int, int], expected: list[tuple[Source, int]]
) -> None:
    given_back = {CHANNEL: Money(before[0]), WALLET: Money(before[1])}

    found = model.divide(Money(amount), [WALLET, CHANNEL], given_back)

    assert found == [(source, Money(cents)) for source, cents in expected]


def test_more_than_all_sources_have_left_is_refused() -> None:
    with pytest.raises(RefundTooMuch) as refused:
        model.divide(Money(501), [CHANNEL, WALLET], {CHANNEL: Money(8000), WALLET: Money(500)})

    assert refused.value.details == {"missing": 1, "currency": "CNY"}


# ── How much, unit by unit ──────────────────────────────────────────────────────────────────────────────────────────


@given(st.integers(0, 10**9), st.lists(st.integers(1, 5), min_size=1, max_size=12))
def test_units_given_back_one_after_the_other_give_back_the_whole(cents: int, steps: list[int]) -> None:
    of, already = sum(steps), 0
    parts: list[Money] = []

    for wanted in steps:
        parts.append(model.share(Money(cents), already=already, wanted=wanted, of=of, before=total(parts)))
        already += wanted

    assert total(parts) == Money(cents)
    assert all(some.cents >= 0 for some in parts)


@pytest.mark.parametrize(("already", "wanted"), [(0, 0), (0, 4), (3, 1), (-1, 1), (2, 2)])
def test_units_that_were_not_bought_have_no_share(already: int, wanted: int) -> None:
    with pytest.raises(RefundTooMuch):
        model.share(Money(100), already=already, wanted=wanted, of=3, before=NOTHING)


# ── How it stands ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], State.SUCCESS),
        ([State.SUCCESS, State.SUCCESS], State.SUCCESS),
        ([State.REQUESTED, State.SUCCESS], State.REQUESTED),
        ([State.REFUNDING, State.REQUESTED], State.REFUNDING),
        ([State.FAILED, State.REFUNDING], State.FAILED),
    ],
)
def test_a_refund_stands_as_its_parts_do(parts: list[State], expected: State) -> None:
    assert model.state_of([part(state) for state in parts]) is expected


def test_what_is_through_changes_no_more() -> None:
    assert model.NEXT[State.SUCCESS] == frozenset()
    assert all(State.REQUESTED not in after for after in model.NEXT.values())


def test_tries_become_rarer_until_they_come_once_a_day() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)

    waits = [model.next_try(tries, now) - now for tries in range(1, 10)]

    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=1)
    assert waits[-1] == waits[-2] == timedelta(days=1)
