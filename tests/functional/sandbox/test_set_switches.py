"""What the sandbox does on purpose."""

import json
from typing import Any

import pytest

from tests.functional.sandbox.conftest import Merchant


def told(merchant: Merchant, **switches: Any) -> list[tuple[int, dict[str, Any]]]:
    """What a merchant is told, and after how many seconds, of a payment under these switches."""
    payment = merchant.create()
    answer = merchant.call("sandbox.set_switches", switches)
    assert answer.status == 200
    merchant.decide(payment)
    return [(wait, json.loads(message["body"])) for wait, message in merchant.queued()]


def test_callbacks_come_at_once_unless_said_otherwise(merchant: Merchant) -> None:
    ((wait, body),) = told(merchant)

    assert (wait, body["status"], body["amount"]) == (0, "paid", 9_990)


def test_callbacks_come_late(merchant: Merchant) -> None:
    ((wait, body),) = told(merchant, callbacks="late", delay_seconds=120)

    assert 118 <= wait <= 120
    assert body["status"] == "paid"


def test_callbacks_come_twice_as_the_same_event(merchant: Merchant) -> None:
    (_, first), (_, second) = told(merchant, callbacks="double")

    assert first == second


def test_callbacks_do_not_come(merchant: Merchant) -> None:
    assert told(merchant, callbacks="lost") == []


def test_another_amount_is_paid_than_was_asked_for_and_all_of_it_can_go_back(merchant: Merchant) -> None:
    ((_, body),) = told(merchant, callbacks="wrong_amount")
    payment = merchant.call("sandbox.get_payment", path={"out_trade_no": body["out_trade_no"]}).body

    assert body["amount"] == payment["amount"] == 9_991
    assert merchant.refund(payment, "refund-1", 9_991).body["status"] == "succeeded"


def test_what_happened_first_is_told_last(merchant: Merchant) -> None:
    (first, paid), (second, waiting) = told(merchant, callbacks="out_of_order")

    assert (paid["status"], waiting["status"]) == ("paid", "waiting")
    assert first < second
    assert paid["event_id"] != waiting["event_id"]


def test_a_payments_own_switches_come_first(merchant: Merchant) -> None:
    payment = merchant.create()
    merchant.call("sandbox.set_switches", {"out_trade_no": payment["out_trade_no"], "callbacks": "double"})

    assert told(merchant, callbacks="lost")[1:]


@pytest.mark.parametrize(
    "form", [{"callbacks": "never"}, {"delay_seconds": -1}, {"refunds": "maybe"}, {"closing": "no"}, {"x": 1}]
)
def test_a_switch_that_there_is_not_is_refused(merchant: Merchant, form: dict[str, Any]) -> None:
    assert merchant.call("sandbox.set_switches", form).code == "Invalid"


def test_a_payment_that_there_is_not_has_no_switches(merchant: Merchant) -> None:
    answer = merchant.call("sandbox.set_switches", {"out_trade_no": "order-none"})

    assert (answer.status, answer.code) == (404, "NoSuchSandboxPayment")
