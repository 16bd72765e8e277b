"""What a channel tells, taken in once and for all."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import Engine, event

from mall import clock, config, ids, sql
from mall.ledger import service as ledger
from mall.money import Money
from mall.payments import service
from mall.payments.exceptions import service as exceptions
from mall.payments.model import AttemptState, IntentState
from mall.sql import shards
from mall.wallet import service as wallet
from tests.fixtures.paying import PRICE, Till, news
from tests.fixtures.racers import report

CLEARING = "channel:sandbox:clearing"


def in_intent(intent: Any) -> int:
    return -ledger.balance(f"intent:{intent.id}", user_id=intent.user_id).cents


def again(message: dict[str, Any], *, signed_ago: int = 0) -> requests.Response:
    """The same callback once more, signed anew as the sandbox does."""
    body, moment = message["body"].encode(), str(clock.timestamp() - signed_ago)
    key = config.secret("payment-sandbox").encode()
    signed = hmac.new(key, moment.encode() + b"\n" + body, hashlib.sha256).hexdigest()
    headers = {"Sandbox-Time": moment, "Sandbox-Signature": signed, "Content-Type": "application/json"}
    return requests.post(message["url"], data=body, headers=headers, timeout=10)


def test_a_paid_attempt_makes_its_intent_paid_with_the_money_in_the_ledger(till: Till) -> None:
    intent = till.intent()

    attempt = till.pay(intent)

    paid = till.now(intent)
    assert (paid.state, paid.paid_by) == (IntentState.SUCCESS, attempt["attempt_id"])
    assert [one.id for one in service.captured(intent.id)] == [attempt["attempt_id"]]
    assert in_intent(intent) == PRICE.cents
    assert ledger.balance(CLEARING, user_id=intent.user_id) == PRICE
    told = news("payments.PaymentSucceeded")
    assert [(one["intent_id"], one["amount"], one["purpose"], one["reference"]) for one in told] == [
        (intent.id, PRICE.cents, "trade", intent.reference)
    ]


def test_the_same_event_again_changes_nothing_and_gets_the_same_answer(till: Till) -> None:
    intent = till.intent()
    till.decide(till.begin(intent))
    message = till.callbacks()[0]

    answers = [again(message), again(message), again(message)]

    assert [(answer.status_code, answer.text) for answer in answers] == [(200, "success")] * 3
    assert in_intent(intent) == PRICE.cents
    assert len(news("payments.PaymentSucceeded")) == 1


def test_the_same_event_at_the_same_moment_counts_once(till: Till, race: Any) -> None:
    intent = till.intent()
    till.decide(till.begin(intent))
    message = till.callbacks()[0]

    results = race([(report, message["body"])] * 4)

    assert results == ["paid"] * 4
    assert in_intent(intent) == PRICE.cents
    assert len(news("payments.PaymentSucceeded")) == 1


def test_a_payment_of_a_closed_intent_is_kept_and_told_as_late(till: Till) -> None:
    intent = till.intent()
    attempt = till.begin(intent)
    till.decide(attempt)
    message = till.callbacks()[0]
    # Closed by somebody who heard nothing of it: the channel was asked before the buyer paid.
    _close_without_asking(intent)

    assert again(message).text == "success"

    closed = till.now(intent)
    assert (closed.state, closed.reason) == (IntentState.CLOSED, "expired")
    kept = till.attempts(intent)[attempt["attempt_id"]]
    assert (kept.state, kept.unwanted) == (AttemptState.SUCCESS, "late")
    assert in_intent(intent) == PRICE.cents
    told = news("payments.PaymentUnwanted", "payments.PaymentSucceeded")
    assert [(one["name"], one["why"], one["attempt_id"]) for one in told] == [
        ("payments.PaymentUnwanted", "late", attempt["attempt_id"])
    ]


def test_a_second_payment_of_an_intent_is_kept_and_told_as_double(till: Till) -> None:
    intent = till.intent()
    first, second = till.begin(intent), till.begin(intent)
    till.decide(second)
    till.decide(first)

    till.settle()

    attempts = till.attempts(intent)
    paid = till.now(intent).paid_by
    other = ({first["attempt_id"], second["attempt_id"]} - {paid}).pop()
    assert {one.state for one in attempts.values()} == {AttemptState.SUCCESS}
    assert (attempts[paid].unwanted, attempts[other].unwanted) == ("", "double")
    assert in_intent(intent) == 2 * PRICE.cents
    told = news("payments.PaymentUnwanted")
    assert [(one["why"], one["attempt_id"], one["amount"]) for one in told] == [("double", other, PRICE.cents)]


def test_of_two_payments_at_the_same_moment_one_is_wanted(till: Till, race: Any) -> None:
    intent = till.intent()
    for attempt in (till.begin(intent), till.begin(intent)):
        till.decide(attempt)
    messages = till.callbacks()

    results = race([(report, message["body"]) for message in messages])

    assert sorted(results) == ["double", "paid"]
    assert sorted(one.unwanted for one in till.attempts(intent).values()) == ["", "double"]
    assert in_intent(intent) == 2 * PRICE.cents


def test_a_wrong_amount_changes_nothing_and_calls_a_person(till: Till) -> None:
    intent = till.intent()
    attempt = till.begin(intent)
    till.switch(out_trade_no=attempt["attempt_id"], callbacks="wrong_amount")
    till.decide(attempt)

    message = till.settle()[0]
    assert again(message).text == "success"

    assert till.now(intent).state is IntentState.WAITING
    assert till.attempts(intent)[attempt["attempt_id"]].state is AttemptState.PENDING
    assert in_intent(intent) == 0
    held, _ = exceptions.listed(resolved=False, limit=10, after=None)
    assert [(one.kind, one.expected, one.received) for one in held] == [
        ("wrong_amount", PRICE, PRICE + Money(1, "CNY"))
    ]
    assert [one["attempt_id"] for one in news("payments.PaymentHeld")] == [attempt["attempt_id"]]


def test_what_happened_first_and_is_told_last_takes_nothing_back(till: Till) -> None:
    intent = till.intent()
    attempt = till.begin(intent)
    till.switch(out_trade_no=attempt["attempt_id"], callbacks="out_of_order")
    till.decide(attempt)

    messages = till.callbacks()
    with clock.at(clock.now() + timedelta(seconds=2)):
        for message in messages:
            till.deliver(message)

    assert till.now(intent).state is IntentState.SUCCESS
    assert in_intent(intent) == PRICE.cents


def test_a_failed_attempt_leaves_its_intent_to_be_paid_otherwise(till: Till) -> None:
    intent = till.intent()
    declined = till.begin(intent)
    till.decide(declined, "decline")
    till.settle()
    assert till.attempts(intent)[declined["attempt_id"]].state is AttemptState.FAILED
    assert till.now(intent).state is IntentState.WAITING

    till.pay(intent)

    assert till.now(intent).state is IntentState.SUCCESS


def test_a_paid_top_up_is_in_the_wallet_with_the_callback(till: Till) -> None:
    answer = till.invoke("payments.top_up", caller=till.buyer, body={"amount": {"amount": 5_000, "currency": "CNY"}})
    intent = service.get_intent(answer.body["id"])

    till.pay(intent)

    assert wallet.balance(till.buyer.user_id).balance == Money(5_000, "CNY")
    assert in_intent(intent) == 0
    assert [one["purpose"] for one in news("payments.PaymentSucceeded")] == ["top_up"]


@pytest.mark.parametrize("headers", [{}, {"Sandbox-Signature": "0" * 64}])
def test_what_is_not_signed_by_the_channel_is_refused_and_leaves_nothing(till: Till, headers: dict[str, str]) -> None:
    intent = till.intent()
    till.decide(till.begin(intent))
    message = till.callbacks()[0]
    signed = {"Sandbox-Time": str(clock.timestamp())} | headers

    answer = requests.post(message["url"], data=message["body"].encode(), headers=signed, timeout=10)

    assert (answer.status_code, answer.json()["Code"]) == (401, "SignatureInvalid")
    assert till.now(intent).state is IntentState.WAITING
    assert _events() == 0


def test_a_signed_callback_is_not_believed_for_ever(till: Till) -> None:
    intent = till.intent()
    till.decide(till.begin(intent))
    message = till.callbacks()[0]

    stale = again(message, signed_ago=301)

    assert (stale.status_code, stale.json()["Code"]) == (401, "SignatureInvalid")
    assert till.now(intent).state is IntentState.WAITING


@pytest.mark.parametrize("number", [None, "order-of-another-shop", "-"])
def test_money_for_a_payment_that_we_know_nothing_of_calls_a_person(till: Till, number: str | None) -> None:
    intent = till.intent()
    till.decide(till.begin(intent))
    message = till.callbacks()[0]
    stranger = ids.new("pat", slot=ids.slot_of(intent.id)) if number is None else number
    told = message | {"body": message["body"].replace(_number(message), stranger)}

    answers = [again(told), again(told)]

    assert [answer.text for answer in answers] == ["success", "success"]
    held, _ = exceptions.listed(resolved=False, limit=10, after=None)
    assert [(one.kind, one.attempt_id, one.received) for one in held] == [("unknown_payment", stranger, PRICE)]


def test_a_callback_for_another_merchant_changes_nothing(till: Till) -> None:
    intent = till.intent()
    till.decide(till.begin(intent))
    message = till.callbacks()[0]
    told = message | {"body": message["body"].replace('"merchant_id":"mall"', '"merchant_id":"other"')}

    again(told)

    assert till.now(intent).state is IntentState.WAITING
    assert in_intent(intent) == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"status": "paid"}', b"\xff\xfe"])
def test_what_is_signed_but_makes_no_sense_is_refused(till: Till, body: bytes) -> None:
    message = {"url": f"{till.api.origin}/api/payments/callbacks/sandbox", "body": body.decode("latin-1")}

    answer = again(message)

    assert (answer.status_code, answer.json()["Code"]) == (400, "Invalid")


def test_a_channel_that_there_is_not_hears_nothing(till: Till) -> None:
    answer = till.invoke("payments.take_callback", path={"channel": "paypal"}, body=b"{}")

    assert (answer.status, answer.code) == (404, "NoSuchChannel")


def _close_without_asking(intent: Any) -> None:
    from mall.payments import store
    from mall.payments.reports import service as reports

    def act(session: sql.Session) -> None:
        reports.close(session, store.intent(session, intent.id, lock=True), "expired", at=clock.now())

    sql.retrying(act, key=intent.id)


def _number(message: dict[str, Any]) -> str:
    return str(message["number"])


def _events() -> int:
    from sqlalchemy import func, select

    from mall.payments.tables import EventRow

    with sql.session(read_only=True) as session:
        found = session.scalar(select(func.count()).select_from(EventRow), execution_options={"scatter": True})
        return int(found or 0)


def test_a_channel_hears_success_only_when_everything_is_kept(
    till: Till,
) -> None:
    """Or it would not say again what was lost."""
    intent = till.intent()
    till.decide(till.begin(intent))
    message = till.callbacks()[0]
    there = dict(till.api.process)
    till.api.process["MALL_DATABASE_URLS"] = ",".join(["postgresql+psycopg://nobody@127.0.0.1:9/none"] * 2)
    shards.dispose()

    failed = again(message)
    till.api.process.update(there)
    shards.dispose()

    assert failed.status_code >= 500
    assert till.now(intent).state is IntentState.WAITING
    assert again(message).text == "success"
    assert till.now(intent).state is IntentState.SUCCESS


def test_a_callback_costs_few_statements(till: Till) -> None:
    intent = till.intent()
    till.decide(till.begin(intent))
    message = till.callbacks()[0]
    statements: list[str] = []

    def keep(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        again(message)
    finally:
        event.remove(Engine, "before_cursor_execute", keep)

    # Where the slot is, the lock, the attempt, two of the ledger, the intent, the news, the event.
    assert len(statements) <= 8, statements
    assert till.now(intent).state is IntentState.SUCCESS
