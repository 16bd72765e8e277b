"""Asking the sandbox how a refund stands."""

from datetime import timedelta
from typing import Any

import pytest

from mall import clock
from tests.functional.sandbox.conftest import Merchant


def get(merchant: Merchant, number: str = "refund-1") -> Any:
    path = {"out_trade_no": "order-20300101-1", "refund_no": number}
    return merchant.call("sandbox.get_refund", path=path)


def test_a_refund_that_waits_succeeds_when_its_time_has_come(merchant: Merchant) -> None:
    payment = merchant.paid()
    merchant.call("sandbox.set_switches", {"refunds": "pending", "delay_seconds": 30})
    now = clock.now()
    with clock.at(now):
        assert merchant.refund(payment, "refund-1", 100).body["status"] == "pending"

    with clock.at(now + timedelta(seconds=29)):
        assert get(merchant).body["status"] == "pending"
    with clock.at(now + timedelta(seconds=30)):
        assert get(merchant).body["status"] == "succeeded"


def test_a_refund_that_failed_says_why(merchant: Merchant) -> None:
    payment = merchant.paid()
    merchant.call("sandbox.set_switches", {"refunds": "failed"})
    merchant.refund(payment, "refund-1", 100)

    assert (get(merchant).body["status"], get(merchant).body["reason"]) == ("failed", "the account that paid is frozen")


@pytest.mark.parametrize("number", ["refund-1", "refund-none"])
def test_a_refund_that_there_is_not_is_not_found(merchant: Merchant, number: str) -> None:
    merchant.paid()

    assert (get(merchant, number).status, get(merchant, number).code) == (404, "NoSuchSandboxRefund")
