"""The sweep: what was not heard of is asked for, and what ran out is closed."""

from datetime import datetime, timedelta
from typing import Any

from mall import clock
from mall.payments import service
from mall.payments.attempts import service as attempts
from mall.payments.model import GRACE, LADDER, AttemptState, IntentState, next_check
from tests.fixtures.paying import Till, news

NOTHING = {"asked": 0, "heard": 0, "closed": 0}


def sweep(till: Till, at: datetime) -> Any:
    with clock.at(at):
        return till.run("payments.check_attempts", {})


def test_a_lost_callback_is_made_up_for(till: Till) -> None:
    intent = till.intent()
    attempt = till.begin(intent)
    till.switch(out_trade_no=attempt["attempt_id"], callbacks="lost")
    till.decide(attempt)

    assert sweep(till, clock.now()) == NOTHING
    assert sweep(till, clock.now() + LADDER[0]) == {"asked": 1, "heard": 1, "closed": 0}

    assert till.now(intent).state is IntentState.SUCCESS
    assert till.attempts(intent)[attempt["attempt_id"]].next_check_at is None
    assert len(news("payments.PaymentSucceeded")) == 1


def test_a_payment_that_waits_is_asked_for_less_and_less_often(till: Till) -> None:
    intent = till.intent(minutes=60 * 24)
    attempt, moment = till.begin(intent), clock.now()

    steps = []
    for _ in range(7):
        due = till.attempts(intent)[attempt["attempt_id"]].next_check_at
        assert due is not None
        assert sweep(till, due - timedelta(seconds=1)) == NOTHING
        assert sweep(till, due)["asked"] == 1
        steps.append(round((due - moment).total_seconds() / 60))
        moment = due

    assert steps == [1, 2, 5, 15, 60, 60, 60]


def test_the_last_question_comes_soon_after_the_end(till: Till) -> None:
    now = clock.now()

    assert next_check(3, now, now + timedelta(minutes=10)) == now + timedelta(minutes=10) + GRACE
    assert next_check(0, now, now - timedelta(hours=1)) == now + LADDER[0]


def test_no_such_payment_is_not_failed_before_its_time_is_over(till: Till) -> None:
    intent = till.intent()
    till.api.down = True
    till.invoke("payments.start_attempt", caller=till.buyer, path={"intent_id": intent.id}, body={"channel": "sandbox"})
    till.api.down = False

    assert sweep(till, clock.now() + LADDER[0]) == {"asked": 1, "heard": 0, "closed": 0}
    assert [one.state for one in till.attempts(intent).values()] == [AttemptState.CREATED]

    assert sweep(till, intent.expires_at + GRACE)["heard"] == 1
    ended = next(iter(till.attempts(intent).values()))
    assert (ended.state, ended.reason, ended.next_check_at) == (AttemptState.CLOSED, "expired", None)


def test_a_payment_that_nobody_made_in_time_is_closed_at_its_channel(till: Till) -> None:
    intent = till.intent()
    attempt = till.begin(intent)

    sweep(till, intent.expires_at + GRACE)

    ended = till.attempts(intent)[attempt["attempt_id"]]
    assert (ended.state, ended.next_check_at) == (AttemptState.CLOSED, None)


def test_a_channel_that_does_not_answer_is_asked_again_later(till: Till) -> None:
    intent = till.intent()
    attempt = till.begin(intent)
    till.api.down = True

    assert sweep(till, clock.now() + LADDER[0]) == {"asked": 1, "heard": 0, "closed": 0}

    kept = till.attempts(intent)[attempt["attempt_id"]]
    assert (kept.state, kept.checks) == (AttemptState.PENDING, 1)
    assert kept.next_check_at is not None


def test_money_that_comes_after_closing_is_found_although_nobody_tells(till: Till) -> None:
    intent = till.intent()
    till.api.down = True
    till.invoke("payments.start_attempt", caller=till.buyer, path={"intent_id": intent.id}, body={"channel": "sandbox"})
    till.api.down = False
    number = next(iter(till.attempts(intent)))
    service.close_intent(intent.id, "cancelled")
    # The request that seemed lost arrives at the channel, and its buyer pays.
    started = till.provider.start(_charge(till, number, intent))
    till.decide({"action": started.action})
    till.callbacks()

    sweep(till, intent.expires_at + GRACE)

    kept = till.attempts(intent)[number]
    assert (kept.state, kept.unwanted) == (AttemptState.SUCCESS, "late")
    assert [one["why"] for one in news("payments.PaymentUnwanted")] == ["late"]


def test_a_top_up_that_nobody_paid_in_time_is_closed_and_a_trades_is_not(till: Till) -> None:
    top_up, trade = till.intent(purpose="top_up"), till.intent()

    assert sweep(till, top_up.expires_at + timedelta(seconds=1))["closed"] == 1

    assert (till.now(top_up).state, till.now(top_up).reason) == (IntentState.CLOSED, "expired")
    assert till.now(trade).state is IntentState.WAITING


def test_of_two_sweeps_at_once_one_asks(till: Till) -> None:
    intent = till.intent()
    number = till.begin(intent)["attempt_id"]
    attempt = till.attempts(intent)[number]

    with clock.at(clock.now() + LADDER[0]):
        assert [attempts._claim(attempt), attempts._claim(attempt)] == [True, False]


def test_a_sweep_ends_before_its_time_is_over(till: Till) -> None:
    till.begin(till.intent())

    with clock.at(clock.now() + LADDER[0]):
        assert attempts.sweep(lambda: False) == NOTHING
        assert attempts.sweep(lambda: True)["asked"] == 1


def _charge(till: Till, number: str, intent: Any) -> Any:
    from mall.payments import addresses
    from mall.payments.channels.port import Charge

    return Charge(
        attempt_id=number,
        amount=intent.amount,
        subject=intent.subject,
        method="page",
        expires_at=intent.expires_at,
        notify_url=addresses.notify("sandbox"),
        return_url=addresses.back("/", intent.id),
    )
