"""What reports mean, and which way intents and attempts may go."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall import errors
from mall.money import Money
from mall.payments.model import (
    NEXT_OF_ATTEMPT,
    NEXT_OF_INTENT,
    OPEN,
    AlreadyPaid,
    AttemptState,
    Intent,
    IntentClosed,
    IntentState,
    Report,
    Standing,
    Verdict,
    judge,
    next_check,
)
from tests.fixtures.attempts import NUMBER, attempt

NOW = datetime(2030, 1, 1, tzinfo=UTC)
PRICE = Money(9_990, "CNY")
INTENT = Intent(
    id="pay_1",
    user_id="usr_1",
    purpose="trade",
    reference="trd_1",
    amount=PRICE,
    subject="Tea",
    state=IntentState.WAITING,
    reason="",
    expires_at=NOW + timedelta(minutes=30),
    paid_by="",
    paid_at=None,
    refunded=Money(0, "CNY"),
    version=1,
    created_at=NOW,
)


def verdict(intent: IntentState, state: AttemptState, standing: Standing, amount: Money | None = PRICE) -> Verdict:
    report = Report(NUMBER, standing, amount=amount)
    return judge(replace(INTENT, state=intent), attempt(state=state), report)


@pytest.mark.parametrize(
    ("intent", "meaning"),
    [
        (IntentState.WAITING, Verdict.PAID),
        (IntentState.CLOSED, Verdict.LATE),
        (IntentState.SUCCESS, Verdict.DOUBLE),
        (IntentState.PART_REFUNDED, Verdict.DOUBLE),
        (IntentState.REFUNDED, Verdict.DOUBLE),
    ],
)
@pytest.mark.parametrize("state", [state for state in AttemptState if state is not AttemptState.SUCCESS])
def test_what_money_means_depends_on_its_intent_alone(
    intent: IntentState, meaning: Verdict, state: AttemptState
) -> None:
    assert verdict(intent, state, Standing.PAID) is meaning


@given(st.sampled_from(IntentState), st.sampled_from(Standing), st.sampled_from([PRICE, Money(1, "CNY"), None]))
def test_money_that_came_in_is_not_taken_back_by_anything_said_later(
    intent: IntentState, standing: Standing, amount: Money | None
) -> None:
    assert verdict(intent, AttemptState.SUCCESS, standing, amount) is Verdict.NOTHING


@given(st.sampled_from(IntentState), st.sampled_from(AttemptState), st.sampled_from(Standing))
def test_only_money_changes_what_has_an_end(intent: IntentState, state: AttemptState, standing: Standing) -> None:
    meaning = verdict(intent, state, standing)

    if state not in OPEN and standing is not Standing.PAID:
        assert meaning is Verdict.NOTHING
    if standing in {Standing.PENDING, Standing.ABSENT}:
        assert meaning is Verdict.NOTHING


@pytest.mark.parametrize(
    "amount", [Money(9_989, "CNY"), Money(9_991, "CNY"), Money(9_990, "USD"), Money(0, "CNY"), None]
)
@pytest.mark.parametrize("intent", list(IntentState))
def test_money_that_is_not_what_was_asked_for_is_held(amount: Money | None, intent: IntentState) -> None:
    assert verdict(intent, AttemptState.PENDING, Standing.PAID, amount) is Verdict.HELD


def test_every_state_says_what_may_follow_on_it() -> None:
    assert set(NEXT_OF_INTENT) == set(IntentState)
    assert set(NEXT_OF_ATTEMPT) == set(AttemptState)
    assert all(AttemptState.SUCCESS in after for state, after in NEXT_OF_ATTEMPT.items() if after)
    assert NEXT_OF_ATTEMPT[AttemptState.SUCCESS] == frozenset()


@pytest.mark.parametrize(
    ("changes", "refusal", "details"),
    [
        ({"state": IntentState.SUCCESS}, AlreadyPaid, {}),
        ({"state": IntentState.REFUNDED}, AlreadyPaid, {}),
        ({"state": IntentState.CLOSED, "reason": "SoldOut"}, IntentClosed, {"reason": "SoldOut"}),
        ({"reason": "cancelled"}, IntentClosed, {"reason": "cancelled"}),
        ({"expires_at": NOW}, IntentClosed, {"reason": "expired"}),
    ],
)
def test_what_cannot_be_paid_says_why(
    changes: dict[str, Any], refusal: type[errors.MallError], details: dict[str, str]
) -> None:
    with pytest.raises(refusal) as refused:
        replace(INTENT, **changes).payable(NOW)
    assert refused.value.details == details


def test_what_waits_can_be_paid() -> None:
    INTENT.payable(NOW)


@given(st.lists(st.integers(1, 9_990), max_size=8))
def test_refunds_never_add_up_to_more_than_was_paid(amounts: list[int]) -> None:
    intent, total = replace(INTENT, state=IntentState.SUCCESS), 0

    for cents in amounts:
        try:
            state, refunded = intent.after_refund(Money(cents, "CNY"))
        except errors.Conflict:
            assert total + cents > PRICE.cents
            continue
        total += cents
        intent = replace(intent, state=state, refunded=refunded)
        assert refunded.cents == total <= PRICE.cents
        assert (state is IntentState.REFUNDED) == (total == PRICE.cents)


@given(st.integers(0, 100), st.integers(-20_000, 20_000))
def test_there_is_a_next_question_within_the_hour_for_a_week_after_the_end(checks: int, minutes: int) -> None:
    again = next_check(checks, NOW, NOW + timedelta(minutes=minutes))

    if minutes <= -7 * 24 * 60:
        assert again is None
    else:
        assert again is not None
        assert NOW < again <= NOW + timedelta(hours=1)
