"""Resolving payments that somebody looked into."""

from typing import Any

import pytest

from mall import ids
from mall.ledger import service as ledger
from mall.money import Money
from mall.payments.model import AttemptState, IntentState
from tests.fixtures.paying import PRICE, Till, news
from tests.functional.payments.test_list_exceptions import OPERATOR, unknown

PAID = PRICE + Money(1, "CNY")


def held(till: Till) -> tuple[Any, str]:
    """An intent whose attempt was paid with a cent too much, and the exception."""
    intent = till.intent()
    attempt = till.begin(intent)
    till.switch(out_trade_no=attempt["attempt_id"], callbacks="wrong_amount")
    till.decide(attempt)
    till.settle()
    return intent, till.invoke("payments.list_exceptions", caller=OPERATOR).body["items"][0]["id"]


def resolve(till: Till, exception_id: str, **body: str) -> Any:
    wanted = {"reason": "The buyer paid a cent too much."} | body
    return till.invoke("payments.resolve_exception", caller=OPERATOR, path={"exception_id": exception_id}, body=wanted)


def test_a_note_moves_nothing_and_says_who_and_why(till: Till) -> None:
    intent, exception_id = held(till)

    answer = resolve(till, exception_id, action="note")

    assert answer.status == 200
    assert (answer.body["resolved_by"], answer.body["action"]) == (OPERATOR.user_id, "note")
    assert answer.body["reason"] == "The buyer paid a cent too much."
    assert [one.state for one in till.attempts(intent).values()] == [AttemptState.PENDING]
    assert ledger.balance(f"intent:{intent.id}", user_id=intent.user_id) == Money(0, "CNY")


def test_held_money_is_taken_in_as_it_came_and_sent_back(till: Till) -> None:
    intent, exception_id = held(till)

    assert resolve(till, exception_id, action="refund").status == 200

    kept = next(iter(till.attempts(intent).values()))
    assert (kept.state, kept.unwanted, kept.amount) == (AttemptState.SUCCESS, "wrong_amount", PAID)
    assert till.now(intent).state is IntentState.WAITING
    assert -ledger.balance(f"intent:{intent.id}", user_id=intent.user_id) == PAID
    told = news("payments.PaymentUnwanted")
    assert [(one["why"], one["attempt_id"], one["amount"]) for one in told] == [("wrong_amount", kept.id, PAID.cents)]


def test_an_intent_can_be_paid_after_its_held_money_was_sent_back(till: Till) -> None:
    intent, exception_id = held(till)
    resolve(till, exception_id, action="refund")

    till.pay(intent)

    assert till.now(intent).state is IntentState.SUCCESS


def test_an_exception_is_resolved_once(till: Till) -> None:
    _, exception_id = held(till)
    resolve(till, exception_id, action="refund")

    again = resolve(till, exception_id, action="refund")

    assert (again.status, again.code) == (409, "ExceptionResolved")
    assert len(news("payments.PaymentUnwanted")) == 1


def test_money_of_nobody_is_not_sent_back_by_itself(till: Till) -> None:
    unknown(5)
    exception_id = till.invoke("payments.list_exceptions", caller=OPERATOR).body["items"][0]["id"]

    answer = resolve(till, exception_id, action="refund")

    assert (answer.status, answer.code) == (409, "NotRefundable")
    assert till.invoke("payments.list_exceptions", caller=OPERATOR).body["items"]


@pytest.mark.parametrize("exception_id", [ids.new("pex", slot=1), "pex_1", "nothing"])
def test_what_there_is_not_is_not_found(till: Till, exception_id: str) -> None:
    answer = resolve(till, exception_id)

    assert (answer.status, answer.code) == (404, "ExceptionNotFound")


@pytest.mark.parametrize("body", [{"reason": ""}, {"reason": "x"}, {"action": "forget"}])
def test_who_resolves_says_what_and_why(till: Till, body: dict[str, str]) -> None:
    _, exception_id = held(till)

    assert resolve(till, exception_id, **body).status == 400


def test_only_who_may_resolves(till: Till) -> None:
    _, exception_id = held(till)

    answer = till.invoke(
        "payments.resolve_exception",
        caller=till.buyer,
        path={"exception_id": exception_id},
        body={"reason": "I want it."},
    )

    assert answer.status == 403
