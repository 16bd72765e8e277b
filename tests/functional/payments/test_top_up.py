"""Putting money into one's wallet."""

from typing import Any

import pytest

from mall.money import Money
from mall.payments import service
from mall.wallet import service as wallet
from mall.wallet.model import MOST_TOPPED_UP_A_DAY
from tests.fixtures.paying import Till


def top_up(till: Till, amount: Any, **options: Any) -> Any:
    body = {"amount": {"amount": amount, "currency": "CNY"}}
    return till.invoke("payments.top_up", caller=till.buyer, body=body, **options)


def test_a_top_up_is_an_intent_of_ones_own_to_be_paid_like_any_other(till: Till) -> None:
    answer = top_up(till, 5_000)

    assert (answer.status, answer.body["purpose"], answer.body["state"]) == (201, "top_up", "waiting")
    assert answer.body["amount"] == {"amount": 5_000, "currency": "CNY"}
    assert service.get_intent(answer.body["id"]).user_id == till.buyer.user_id
    assert wallet.balance(till.buyer.user_id).balance == Money(0, "CNY")


def test_the_same_request_again_is_the_same_top_up(till: Till) -> None:
    answers = [top_up(till, 5_000, headers={"Idempotency-Key": "once"}) for _ in range(2)]

    assert answers[0].body["id"] == answers[1].body["id"]


def test_a_second_payment_of_a_top_up_is_not_in_the_wallet_twice(till: Till) -> None:
    intent = service.get_intent(top_up(till, 5_000).body["id"])
    for attempt in (till.begin(intent), till.begin(intent)):
        till.decide(attempt)

    till.settle()

    assert wallet.balance(till.buyer.user_id).balance == Money(5_000, "CNY")


def test_more_than_a_days_limit_is_not_topped_up(till: Till) -> None:
    answer = top_up(till, MOST_TOPPED_UP_A_DAY.cents + 1)

    assert (answer.status, answer.code) == (409, "WalletLimitReached")


@pytest.mark.parametrize("amount", [0, -1, 1, 1.5, "1", None, 10**12])
def test_what_is_no_amount_for_a_wallet_is_refused(till: Till, amount: Any) -> None:
    assert top_up(till, amount).status in {400, 409}


def test_a_wallet_is_in_yuan(till: Till) -> None:
    body = {"amount": {"amount": 5_000, "currency": "USD"}}

    assert till.invoke("payments.top_up", caller=till.buyer, body=body).status == 400
