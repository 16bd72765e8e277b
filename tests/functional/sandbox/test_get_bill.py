"""The bill of a day."""

import csv
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mall import clock
from tests.functional.sandbox.conftest import Merchant

NOON = datetime(2030, 6, 1, 12, tzinfo=UTC)


def bill(merchant: Merchant, day: str = "2030-06-01") -> list[dict[str, Any]]:
    answer = merchant.call("sandbox.get_bill", path={"day": day})
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(answer.body.splitlines()))


def test_a_day_has_its_payments_and_refunds_in_order_and_nothing_else(merchant: Merchant) -> None:
    with clock.at(NOON - timedelta(days=1)):
        merchant.paid(out_trade_no="order-before")
    with clock.at(NOON):
        merchant.create(out_trade_no="order-waiting")
        merchant.decide(merchant.create(out_trade_no="order-declined"), "decline")
        first = merchant.paid(out_trade_no="order-first")
    with clock.at(NOON + timedelta(minutes=1)):
        merchant.paid(out_trade_no="order-second", amount=5)
        merchant.refund(first, "refund-1", 90)

    with clock.at(NOON + timedelta(days=1)):
        lines = bill(merchant)

    assert [(line["kind"], line["out_trade_no"], line["amount"], line["currency"]) for line in lines] == [
        ("payment", "order-first", "9990", "CNY"),
        ("payment", "order-second", "5", "CNY"),
        ("refund", "order-first", "90", "CNY"),
    ]
    assert lines[0]["number"] == first["trade_no"]
    assert lines[2]["number"] == "refund-1"
    assert lines[0]["at"] == NOON.isoformat()


def test_a_refund_that_waits_is_on_the_bill_of_the_day_on_which_it_succeeds(merchant: Merchant) -> None:
    with clock.at(NOON):
        payment = merchant.paid()
        merchant.call("sandbox.set_switches", {"refunds": "pending", "delay_seconds": 86_400})
        merchant.refund(payment, "refund-1", 90)

    with clock.at(NOON + timedelta(hours=13)):
        assert [line["kind"] for line in bill(merchant)] == ["payment"]
        assert bill(merchant, "2030-06-02") == []
    with clock.at(NOON + timedelta(days=1)):
        assert [line["kind"] for line in bill(merchant, "2030-06-02")] == ["refund"]


@pytest.mark.parametrize("day", ["today", "2030-13-01", "20300601x"])
def test_a_day_is_written_as_a_date(merchant: Merchant, day: str) -> None:
    answer = merchant.call("sandbox.get_bill", path={"day": day})

    assert (answer.status, answer.code) == (400, "Invalid")
