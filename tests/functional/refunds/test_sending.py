"""Channels' parts on their way: sent once, asked after, tried again under the same number, one at a time a payment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mall import clock, ids, sql
from mall.ledger import service as ledger
from mall.money import Money
from mall.payments import service as payments
from mall.payments.model import IntentState
from mall.refunds import model, store
from mall.refunds.model import NotStuck, Refund, RefundNotFound, State
from mall.refunds.sending import service as sending
from mall.wallet import service as wallet
from tests.fixtures.loopback import Api
from tests.fixtures.paying import Till, news
from tests.functional.refunds import acts
from tests.functional.refunds.acts import Paid

pytestmark = pytest.mark.usefixtures("database")

Pay = Callable[..., Paid]
NAMES = ("refunds.RefundSucceeded", "refunds.RefundFailed")


def refunded(till: Till, order: Paid) -> int:
    """What the sandbox has sent back of the order's payment."""
    status, answer = till.provider._call("GET", f"/api/sandbox/payments/{order.attempt_id}")
    assert status == 200
    return int(answer["refunded"])


def sent(api: Api) -> int:
    """How often the sandbox was asked to send money back."""
    return sum(method == "POST" and path.endswith("/refunds") for method, path in api.seen)


def later(**time: float) -> Any:
    return clock.at(clock.now() + timedelta(**time))


def sweep() -> int:
    return sending.sweep(lambda needed: True)


def now(refund: Refund) -> Refund:
    return sending.find(refund.id)


def told() -> list[str]:
    return [event["name"].removeprefix("refunds.Refund") for event in news(*NAMES)]


def test_a_refund_that_the_channel_takes_is_through(till: Till, paid: Pay) -> None:
    order = paid(channel=8000)
    refund = order.ask(3000)

    sending.send(refund.id)

    (part,) = now(refund).parts
    assert (now(refund).state, part.state, part.tries, part.next_try_at) == (State.SUCCESS, State.SUCCESS, 1, None)
    assert now(refund).finished_at is not None
    assert refunded(till, order) == 3000
    assert ledger.balance("refund:sandbox:in_transit") == Money(0)
    assert ledger.balance("channel:sandbox:clearing") == Money(5000)
    assert payments.get_intent(order.intent_id).state is IntentState.PART_REFUNDED
    assert told() == ["Succeeded"]
    acts.check_books()


def test_refunds_of_everything_leave_the_payment_refunded(till: Till, paid: Pay) -> None:
    order = paid(channel=8000, wallet=1000)
    for cents in (3000, 5500, 500):
        sending.send(order.ask(cents).id)

    assert payments.get_intent(order.intent_id).state is IntentState.REFUNDED
    assert refunded(till, order) == 8000
    assert (order.owed(), wallet.balance(order.user_id).balance) == (0, Money(1000))
    assert told() == ["Succeeded"] * 3
    acts.check_books()


def test_what_is_through_is_not_sent_again(till: Till, paid: Pay, api: Api) -> None:
    order = paid(channel=8000)
    refund = order.ask(3000)

    for _ in range(3):
        sending.send(refund.id)
    with later(days=30):
        sending.send(refund.id)

    assert (sent(api), refunded(till, order), told()) == (1, 3000, ["Succeeded"])


def test_a_channel_that_takes_its_time_is_asked_until_it_is_done(till: Till, paid: Pay, api: Api) -> None:
    order = paid(channel=8000)
    till.switch(out_trade_no=order.attempt_id, refunds="pending", delay_seconds=90)
    refund = order.ask(3000)

    sending.send(refund.id)
    with later(seconds=61):
        swept = sweep()
        waiting = now(refund)
    with later(minutes=5):
        sweep()

    assert (swept, waiting.state, waiting.parts[0].accepted, waiting.parts[0].tries) == (1, State.REFUNDING, True, 2)
    assert (now(refund).state, sent(api), told()) == (State.SUCCESS, 1, ["Succeeded"])
    acts.check_books()


def test_a_refund_that_fails_is_tried_again_under_the_same_number(till: Till, paid: Pay, api: Api) -> None:
    order = paid(channel=8000)
    till.switch(out_trade_no=order.attempt_id, refunds="failed")
    refund = order.ask(3000)

    sending.send(refund.id)
    failed = now(refund)
    with later(minutes=2):
        sweep()
    till.switch(out_trade_no=order.attempt_id, refunds="normal")
    with later(minutes=10):
        sweep()

    assert (failed.state, failed.parts[0].state, bool(failed.parts[0].problem)) == (State.FAILED, State.FAILED, True)
    assert (now(refund).state, now(refund).parts[0].id, now(refund).parts[0].tries) == (State.SUCCESS, refund.id, 3)
    assert sent(api) == 3
    assert refunded(till, order) == 3000
    assert told() == ["Failed", "Succeeded"]
    acts.check_books()


def test_a_channel_that_does_not_answer_is_asked_again_and_pays_once(till: Till, paid: Pay, api: Api) -> None:
    order = paid(channel=8000)
    refund = order.ask(3000)
    api.down = True

    sending.send(refund.id)
    unknown = now(refund)
    api.down = False
    with later(minutes=2):
        sweep()

    assert (unknown.state, unknown.parts[0].state) == (State.REFUNDING, State.REFUNDING)
    assert (now(refund).state, refunded(till, order)) == (State.SUCCESS, 3000)
    assert told() == ["Succeeded"]


def test_whoever_dies_after_the_channel_took_a_refund_leaves_one_refund(till: Till, paid: Pay) -> None:
    order = paid(channel=8000)
    refund = order.ask(3000)
    # Claimed and sent, and nobody wrote down what came of it.
    sql.retrying(lambda session: sending._claim(session, refund.id, clock.now()), key=refund.id)
    payments.send_refund(order.attempt_id, refund.id, Money(3000), "refund")

    sending.send(refund.id)
    left_alone = now(refund)
    with later(minutes=2):
        sweep()

    assert left_alone.state is State.REFUNDING
    assert (now(refund).state, refunded(till, order)) == (State.SUCCESS, 3000)
    acts.check_books()


def test_of_one_payment_one_refund_at_a_time_is_on_its_way(till: Till, paid: Pay, api: Api) -> None:
    order = paid(channel=8000)
    till.switch(out_trade_no=order.attempt_id, refunds="pending", delay_seconds=90)
    first, second = order.ask(3000), order.ask(2000)

    sending.send(first.id)
    sending.send(second.id)
    waiting = now(second)
    sent_before = sent(api)
    with later(minutes=5):
        sending.send(first.id)
        behind = now(second)

    assert (waiting.state, waiting.parts[0].tries, sent_before) == (State.REQUESTED, 0, 1)
    assert now(first).state is State.SUCCESS
    # What waited set out as soon as the way was free.
    assert (behind.state, sent(api)) == (State.REFUNDING, 2)
    with later(minutes=15):
        sweep()
    assert (now(second).state, refunded(till, order)) == (State.SUCCESS, 5000)
    acts.check_books()


def test_a_refund_that_failed_does_not_hold_up_the_next(till: Till, paid: Pay) -> None:
    order = paid(channel=8000)
    till.switch(out_trade_no=order.attempt_id, refunds="failed")
    first = order.ask(3000)
    sending.send(first.id)
    till.switch(out_trade_no=order.attempt_id, refunds="normal")

    second = order.ask(2000)
    sending.send(second.id)

    assert (now(first).state, now(second).state) == (State.FAILED, State.SUCCESS)


def test_of_several_at_once_one_sets_out_with_a_refund(paid: Pay, race: Any) -> None:
    order = paid(channel=8000)
    refund = order.ask(1000)

    claimed = race([(acts.claim, refund.id)] * 4)

    assert sorted(claimed) == [[], [], [], [refund.id]]
    assert now(refund).parts[0].tries == 1


def test_of_several_refunds_of_a_payment_at_once_one_sets_out(paid: Pay, race: Any) -> None:
    order = paid(channel=8000)
    refunds = [order.ask(1000) for _ in range(4)]

    claimed = race([(acts.claim, refund.id) for refund in refunds])

    assert sum(len(parts) for parts in claimed) == 1
    assert sorted(now(refund).state for refund in refunds) == [State.REFUNDING, *[State.REQUESTED] * 3]


def test_what_came_of_a_try_is_written_down_once_however_often_it_is_heard(paid: Pay, race: Any) -> None:
    order = paid(channel=8000)
    refund = order.ask(1000)
    acts.claim(refund.id)

    results = race([(acts.settle, refund.id, how) for how in ("SUCCESS", "SUCCESS", "SUCCESS", "PENDING")])

    assert results == [None] * 4
    assert (now(refund).state, told()) == (State.SUCCESS, ["Succeeded"])
    acts.check_books()


def test_a_bad_refund_does_not_keep_the_others_from_being_swept(till: Till, paid: Pay) -> None:
    lost, order = paid(channel=8000), paid(channel=8000)
    bad, good = lost.ask(1000), order.ask(1000)
    # The payment says already that everything of it was refunded, so nothing can be added to that.
    sql.retrying(
        lambda session: payments.refunded(session, intent_id=lost.intent_id, amount=Money(8000)), key=lost.user_id
    )

    assert sweep() == 2

    assert (now(bad).state, now(good).state) == (State.REFUNDING, State.SUCCESS)


def test_a_sweep_begins_nothing_when_its_time_is_over(paid: Pay, api: Api) -> None:
    order = paid(channel=8000)
    order.ask(3000)

    assert sending.sweep(lambda needed: False) == 0

    assert sent(api) == 0


def test_after_many_tries_a_refund_counts_as_stuck(till: Till, paid: Pay) -> None:
    order = paid(channel=8000)
    till.switch(out_trade_no=order.attempt_id, refunds="failed")
    refund = order.ask(3000)

    for _ in range(model.STUCK_AFTER):
        before = store.count_stuck(model.STUCK_AFTER)
        sending.retry(refund.id, by="usr_1")

    assert (before, store.count_stuck(model.STUCK_AFTER)) == (0, 1)
    assert told() == ["Failed"]


def test_an_operator_has_a_refund_tried_at_once(till: Till, paid: Pay) -> None:
    order = paid(channel=8000)
    till.switch(out_trade_no=order.attempt_id, refunds="failed")
    refund = order.ask(3000)
    sending.send(refund.id)
    till.switch(out_trade_no=order.attempt_id, refunds="normal")

    assert sending.retry(refund.id, by="usr_1").state is State.SUCCESS

    with pytest.raises(NotStuck):
        sending.retry(refund.id, by="usr_1")
    with pytest.raises(RefundNotFound):
        sending.retry(ids.new("rfd", slot=0), by="usr_1")
    assert refunded(till, order) == 3000


def test_refunds_that_are_not_through_are_listed_page_by_page(till: Till, paid: Pay) -> None:
    order = paid(channel=8000)
    through, *others = [order.ask(1000) for _ in range(4)]
    sending.send(through.id)
    # `send` goes on with what waited, so all are through but those that are asked for now.
    later_ones = [order.ask(1000) for _ in range(3)]

    first, cursor = sending.stuck(None, limit=2, after=None)
    rest, end = sending.stuck(None, limit=2, after=cursor)

    assert {now(one).state for one in others} == {State.SUCCESS}
    assert [one.id for one in (*first, *rest)] == [one.id for one in later_ones]
    assert end is None
    assert sending.stuck(State.FAILED, limit=2, after=None) == ([], None)
