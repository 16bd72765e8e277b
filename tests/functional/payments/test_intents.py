"""What other subsystems ask of payments: opening, extending and closing intents, refunds."""

from datetime import timedelta
from typing import Any

import pytest

from mall import clock, errors, ids, sql
from mall.ledger import service as ledger
from mall.money import Money
from mall.payments import service
from mall.payments.model import (
    AttemptState,
    ChannelUnavailable,
    IntentClosed,
    IntentDiffers,
    IntentState,
    PaymentNotFound,
    RefundOutcome,
)
from tests.fixtures import racers
from tests.fixtures.paying import PRICE, Till, news


def reopen(till: Till, intent: Any, **changes: Any) -> Any:
    wanted = {"user_id": intent.user_id, "amount": intent.amount} | changes

    def act(session: sql.Session) -> Any:
        return service.open_intent(
            session,
            purpose=intent.purpose,
            reference=intent.reference,
            subject="Two teapots",
            expires_at=intent.expires_at,
            **wanted,
        )

    return sql.retrying(act, key=intent.user_id)


def extend(intent: Any, **by: int) -> None:
    until = intent.expires_at + timedelta(**by)
    sql.retrying(lambda session: service.extend_intent(session, intent_id=intent.id, expires_at=until), key=intent.id)


# ── Opening ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_opening_for_the_same_reference_again_is_the_same_intent(till: Till) -> None:
    intent = till.intent()

    assert reopen(till, intent) == intent


def test_a_reference_is_paid_with_one_amount_by_one_buyer(till: Till) -> None:
    intent = till.intent()

    with pytest.raises(IntentDiffers):
        reopen(till, intent, amount=Money(1, "CNY"))
    with pytest.raises(IntentDiffers):
        reopen(till, intent, user_id=ids.new("usr", slot=ids.slot_of(intent.user_id)))


@pytest.mark.parametrize("cents", [0, -1])
def test_nothing_is_opened_for_nothing(till: Till, cents: int) -> None:
    with pytest.raises(errors.Invalid):
        till.intent(Money(cents, "CNY"))


def test_two_who_open_at_once_get_one_intent(till: Till, race: Any) -> None:
    user_id = till.buyer.user_id
    reference = ids.new("trd", slot=ids.slot_of(user_id))
    until = (clock.now() + timedelta(minutes=5)).isoformat()

    found = race([(racers.opened, user_id, reference, until)] * 4)

    assert len(set(found)) == 1
    assert found[0].startswith("pay_")


def test_what_is_rolled_back_was_never_opened(till: Till) -> None:
    opened = []

    def act(session: sql.Session) -> None:
        opened.append(
            service.open_intent(
                session,
                user_id=till.buyer.user_id,
                purpose="trade",
                reference="trd_1",
                amount=PRICE,
                subject="Tea",
                expires_at=clock.now(),
            )
        )
        raise errors.Conflict

    with pytest.raises(errors.Conflict):
        sql.retrying(act, key=till.buyer.user_id)
    with pytest.raises(PaymentNotFound):
        service.get_intent(opened[0].id)


# ── Extending ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_intent_can_be_paid_until_later_but_never_until_earlier(till: Till) -> None:
    intent = till.intent()

    extend(intent, minutes=10)
    extend(intent, minutes=-10)

    assert till.now(intent).expires_at == intent.expires_at + timedelta(minutes=10)


def test_a_closed_intent_is_not_extended(till: Till) -> None:
    intent = till.intent()
    service.close_intent(intent.id, "cancelled")

    with pytest.raises(IntentClosed) as refused:
        extend(intent, minutes=10)
    assert refused.value.details == {"reason": "cancelled"}


# ── Closing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_closing_closes_every_open_attempt_at_its_channel_too(till: Till) -> None:
    intent = till.intent()
    first, second = till.begin(intent), till.begin(intent)

    closed = service.close_intent(intent.id, "SoldOut")

    assert (closed.state, closed.reason) == (IntentState.CLOSED, "SoldOut")
    assert {one.state for one in till.attempts(intent).values()} == {AttemptState.CLOSED}
    for attempt in (first, second):
        assert till.decide(attempt).headers["Location"].startswith("?locale=")
        assert till.provider.query(till.attempts(intent)[attempt["attempt_id"]]).standing == "closed"
    assert [(one["intent_id"], one["reason"]) for one in news("payments.PaymentClosed")] == [(intent.id, "SoldOut")]


def test_what_the_channel_was_paid_meanwhile_wins_over_closing(till: Till) -> None:
    intent = till.intent()
    attempt = till.begin(intent)
    till.switch(out_trade_no=attempt["attempt_id"], callbacks="lost")
    till.decide(attempt)

    after = service.close_intent(intent.id, "expired")

    assert (after.state, after.paid_by) == (IntentState.SUCCESS, attempt["attempt_id"])
    assert not news("payments.PaymentClosed")
    assert [one["attempt_id"] for one in news("payments.PaymentSucceeded")] == [attempt["attempt_id"]]


def test_closing_again_changes_nothing(till: Till) -> None:
    intent = till.intent()
    first = service.close_intent(intent.id, "cancelled")

    assert service.close_intent(intent.id, "expired") == first
    assert len(news("payments.PaymentClosed")) == 1


def test_closing_what_was_paid_says_so_and_asks_nobody(till: Till) -> None:
    intent = till.intent()
    till.pay(intent)
    before = len(till.api.seen)

    assert service.close_intent(intent.id).state is IntentState.SUCCESS
    assert len(till.api.seen) == before


def test_an_intent_that_cannot_be_closed_yet_takes_no_new_attempts(till: Till) -> None:
    intent = till.intent()
    till.begin(intent)
    till.api.down = True
    with pytest.raises(ChannelUnavailable):
        service.close_intent(intent.id, "SoldOut")
    till.api.down = False

    answer = till.invoke(
        "payments.start_attempt", caller=till.buyer, path={"intent_id": intent.id}, body={"channel": "sandbox"}
    )

    assert (answer.status, answer.code, answer.body["Details"]) == (409, "IntentClosed", {"reason": "SoldOut"})
    assert till.now(intent).state is IntentState.WAITING
    assert service.close_intent(intent.id, "cancelled").reason == "SoldOut"


def test_paying_and_closing_at_once_end_in_one_of_both_and_never_lose_money(till: Till, race: Any) -> None:
    for _ in range(4):
        intent = till.intent()
        attempt = till.begin(intent)
        till.decide(attempt)
        message = till.callbacks()[0]

        results = race([(racers.report, message["body"]), (racers.close, intent.id)])

        kept, state = till.attempts(intent)[attempt["attempt_id"]], till.now(intent).state
        assert kept.state is AttemptState.SUCCESS
        assert -ledger.balance(f"intent:{intent.id}", user_id=intent.user_id).cents == PRICE.cents
        outcome = (state, kept.unwanted, results[0])
        assert outcome in {(IntentState.SUCCESS, "", "paid"), (IntentState.CLOSED, "late", "late")}
        wanted = {"payments.PaymentSucceeded", "payments.PaymentUnwanted"}
        told = [one["name"] for one in news(*wanted) if one["intent_id"] == intent.id]
        assert len(told) == 1


# ── Refunds ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_refund_goes_through_the_channel_that_was_paid_and_once_a_number(till: Till) -> None:
    intent = till.intent()
    attempt = till.pay(intent)["attempt_id"]
    number = ids.new("rfd", slot=ids.slot_of(intent.id))

    outcomes = [service.send_refund(attempt, number, Money(1_000, "CNY"), "broken") for _ in range(3)]

    assert {outcome.state for outcome in outcomes} == {RefundOutcome.SUCCESS}
    assert service.query_refund(attempt, number).state == RefundOutcome.SUCCESS
    _, answer = till.provider._call("GET", f"/api/sandbox/payments/{attempt}")
    assert answer["refunded"] == 1_000


def test_more_than_was_paid_is_not_refunded(till: Till) -> None:
    intent = till.intent()
    attempt = till.pay(intent)["attempt_id"]
    number = ids.new("rfd", slot=ids.slot_of(intent.id))

    assert service.send_refund(attempt, number, PRICE + PRICE, "").state == RefundOutcome.FAILED


@pytest.mark.parametrize(("how", "state"), [("pending", RefundOutcome.PENDING), ("failed", RefundOutcome.FAILED)])
def test_a_refund_may_wait_or_fail(till: Till, how: str, state: str) -> None:
    intent = till.intent()
    attempt = till.pay(intent)["attempt_id"]
    till.switch(out_trade_no=attempt, refunds=how, delay_seconds=90)
    number = ids.new("rfd", slot=ids.slot_of(intent.id))

    assert service.send_refund(attempt, number, PRICE, "").state == state
    with clock.at(clock.now() + timedelta(seconds=100)):
        later = service.query_refund(attempt, number).state
    assert later == (RefundOutcome.SUCCESS if how == "pending" else RefundOutcome.FAILED)


def test_nothing_is_refunded_of_an_attempt_that_was_not_paid(till: Till) -> None:
    attempt = till.begin(till.intent())["attempt_id"]

    with pytest.raises(errors.Conflict):
        service.send_refund(attempt, "rfd_1", PRICE, "")


def test_nobody_knows_of_a_refund_that_the_channel_did_not_answer(till: Till) -> None:
    intent = till.intent()
    attempt = till.pay(intent)["attempt_id"]
    till.api.down = True

    with pytest.raises(ChannelUnavailable):
        service.send_refund(attempt, "rfd_1", PRICE, "")


def test_refunds_add_up_to_what_was_paid_and_no_more(till: Till) -> None:
    intent = till.intent()
    till.pay(intent)

    def refunded(cents: int) -> IntentState:
        amount = Money(cents, "CNY")
        return sql.retrying(
            lambda session: service.refunded(session, intent_id=intent.id, amount=amount), key=intent.id
        ).state

    assert refunded(90) is IntentState.PART_REFUNDED
    assert refunded(PRICE.cents - 91) is IntentState.PART_REFUNDED
    with pytest.raises(errors.Conflict):
        refunded(2)
    assert refunded(1) is IntentState.REFUNDED


def test_what_was_not_paid_is_not_refunded(till: Till) -> None:
    intent = till.intent()

    with pytest.raises(errors.Conflict):
        sql.retrying(lambda session: service.refunded(session, intent_id=intent.id, amount=PRICE), key=intent.id)
