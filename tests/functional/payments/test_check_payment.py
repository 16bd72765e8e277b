"""Asking the channels now."""

from datetime import timedelta

from mall import clock, ids
from tests.fixtures import people
from tests.fixtures.paying import Till, news


def check(till: Till, intent_id: str) -> dict[str, str]:
    answer = till.invoke("payments.check_payment", caller=till.buyer, path={"intent_id": intent_id})
    assert answer.status == 200
    found: dict[str, str] = answer.body
    return found


def test_a_payment_whose_callback_was_lost_is_found_by_asking(till: Till) -> None:
    intent = till.intent()
    attempt = till.begin(intent)
    till.switch(callbacks="lost")
    till.decide(attempt)
    assert till.callbacks() == []

    assert check(till, intent.id)["state"] == "success"
    assert len(news("payments.PaymentSucceeded")) == 1


def test_a_payment_that_waits_goes_on_waiting(till: Till) -> None:
    intent = till.intent()
    till.begin(intent)

    assert check(till, intent.id)["state"] == "waiting"


def test_a_channel_is_not_asked_again_at_once(till: Till) -> None:
    intent = till.intent()
    till.begin(intent)
    before = len(till.api.seen)

    check(till, intent.id)
    check(till, intent.id)
    assert len(till.api.seen) == before + 1

    with clock.at(clock.now() + timedelta(seconds=3)):
        check(till, intent.id)
    assert len(till.api.seen) == before + 2


def test_a_channel_that_does_not_answer_changes_nothing(till: Till) -> None:
    intent = till.intent()
    till.begin(intent)
    till.api.down = True

    assert check(till, intent.id)["state"] == "waiting"


def test_what_is_anothers_is_not_found(till: Till) -> None:
    intent = till.intent()

    for caller in (people.customer(), people.customer(slot=ids.slot_of(intent.id))):
        answer = till.invoke("payments.check_payment", caller=caller, path={"intent_id": intent.id})
        assert (answer.status, answer.code) == (404, "PaymentNotFound")
