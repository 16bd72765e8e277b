"""Beginning to pay."""

from datetime import timedelta
from typing import Any

import pytest

from mall import clock, ids
from mall.money import Money
from mall.payments import service
from mall.payments.model import MOST_ATTEMPTS, AttemptState
from tests.fixtures import channels, people
from tests.fixtures.paying import PRICE, Till


def start(till: Till, intent: Any, **options: Any) -> Any:
    body = {"channel": "sandbox"} | options.pop("body", {})
    wanted = {"caller": till.buyer, "path": {"intent_id": intent.id}, "body": body} | options
    return till.invoke("payments.start_attempt", **wanted)


def test_an_attempt_is_for_all_that_is_due_whatever_a_client_says(till: Till) -> None:
    intent = till.intent()

    answer = start(till, intent)
    refused = start(till, intent, body={"amount": 1})

    assert (answer.status, answer.body["state"], answer.body["action"]["kind"]) == (201, "pending", "redirect")
    assert (refused.status, refused.code) == (400, "Invalid")
    _, told = till.provider._call("GET", f"/api/sandbox/payments/{answer.body['attempt_id']}")
    assert (told["amount"], told["currency"]) == (PRICE.cents, "CNY")


def test_an_attempts_id_is_its_number_at_the_channel_and_carries_its_buyers_slot(till: Till) -> None:
    attempt = till.begin(till.intent())

    assert len(attempt["attempt_id"]) == 32
    assert ids.slot_of(attempt["attempt_id"]) == ids.slot_of(till.buyer.user_id)


def test_the_buyer_comes_back_to_a_page_of_the_site_with_the_intent(till: Till) -> None:
    intent = till.intent()
    attempt = till.begin(intent, return_path="/account/orders/?tab=new")

    back = till.decide(attempt).headers["Location"]

    assert back == f"{till.api.origin}/account/orders/?tab=new&intent={intent.id}"


@pytest.mark.parametrize(
    "path", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "account", "/a b", "/a\nb"]
)
def test_a_buyer_is_sent_back_to_no_other_site(till: Till, path: str) -> None:
    answer = start(till, till.intent(), body={"return_path": path})

    assert (answer.status, answer.code) == (400, "Invalid")


def test_another_attempt_may_be_begun_while_one_is_open(till: Till) -> None:
    intent = till.intent()

    first, second = till.begin(intent), till.begin(intent)

    assert first["attempt_id"] != second["attempt_id"]
    assert {one.state for one in till.attempts(intent).values()} == {AttemptState.PENDING}


def test_the_same_request_again_is_the_same_attempt(till: Till) -> None:
    intent = till.intent()

    answers = [start(till, intent, headers={"Idempotency-Key": "once"}) for _ in range(2)]

    assert answers[0].body == answers[1].body
    assert len(till.attempts(intent)) == 1


def test_an_intent_is_tried_a_limited_number_of_times(till: Till) -> None:
    intent = till.intent()
    channels.open_alipay()
    for _ in range(MOST_ATTEMPTS):
        till.begin(intent, "alipay")

    answer = start(till, intent)

    assert (answer.status, answer.code) == (409, "TooManyAttempts")


def test_a_paid_intent_is_not_paid_again(till: Till) -> None:
    intent = till.intent()
    till.pay(intent)

    answer = start(till, intent)

    assert (answer.status, answer.code) == (409, "AlreadyPaid")


@pytest.mark.parametrize("reason", ["SoldOut", "cancelled"])
def test_a_closed_intent_is_not_paid_and_says_why(till: Till, reason: str) -> None:
    intent = till.intent()
    service.close_intent(intent.id, reason)

    answer = start(till, intent)

    assert (answer.status, answer.code, answer.body["Details"]) == (409, "IntentClosed", {"reason": reason})


def test_an_intent_is_not_paid_after_its_time(till: Till) -> None:
    intent = till.intent()

    with clock.at(intent.expires_at + timedelta(seconds=1)):
        answer = start(till, intent)

    assert (answer.status, answer.body["Details"]) == (409, {"reason": "expired"})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"channel": "stripe"}, (404, "NoSuchChannel")),
        ({"channel": "paypal"}, (400, "Invalid")),
        ({"method": "qr"}, (400, "MethodNotOffered")),
        ({"method": "cash"}, (400, "Invalid")),
    ],
)
def test_only_what_is_offered_can_be_paid_with(till: Till, body: dict[str, str], code: tuple[int, str]) -> None:
    channels.take("stripe")
    intent = till.intent()

    answer = start(till, intent, body=body)

    assert (answer.status, answer.code) == code
    assert till.attempts(intent) == {}


def test_a_channel_is_not_asked_for_a_currency_that_it_does_not_take(till: Till) -> None:
    channels.open_alipay()

    answer = start(till, till.intent(Money(100, "USD")), body={"channel": "alipay"})

    assert (answer.status, answer.code) == (400, "MethodNotOffered")


def test_a_channel_that_does_not_answer_leaves_an_attempt_that_is_asked_for_later(till: Till) -> None:
    intent = till.intent()
    till.api.down = True

    answer = start(till, intent)

    assert (answer.status, answer.code) == (503, "ChannelUnavailable")
    kept = list(till.attempts(intent).values())
    assert [one.state for one in kept] == [AttemptState.CREATED]
    assert kept[0].next_check_at is not None


def test_nobody_pays_what_is_anothers(till: Till) -> None:
    intent = till.intent()

    for caller in (people.customer(), people.customer(slot=ids.slot_of(intent.id))):
        answer = start(till, intent, caller=caller)
        assert (answer.status, answer.code) == (404, "PaymentNotFound")
    assert till.attempts(intent) == {}
