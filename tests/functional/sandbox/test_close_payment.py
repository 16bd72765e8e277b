"""Telling the sandbox that a payment is not wanted any more."""

from typing import Any

from tests.functional.sandbox.conftest import FORM, Merchant


def close(merchant: Merchant, number: str = "order-20300101-1") -> Any:
    return merchant.call("sandbox.close_payment", path={"out_trade_no": number})


def test_a_closed_payment_is_paid_no_more(merchant: Merchant) -> None:
    payment = merchant.create()

    assert close(merchant).body["status"] == "closed"
    assert merchant.decide(payment).headers["location"] == "?locale=zh-CN"
    assert close(merchant).body["status"] == "closed"


def test_a_paid_payment_stays_paid(merchant: Merchant) -> None:
    merchant.paid()

    assert close(merchant).body["status"] == "paid"


def test_who_is_on_the_page_can_pay_all_the_same_where_closing_is_ignored(merchant: Merchant) -> None:
    payment = merchant.create()
    merchant.call("sandbox.set_switches", {"out_trade_no": payment["out_trade_no"], "closing": "ignored"})

    assert close(merchant).body["status"] == "waiting"
    assert merchant.decide(payment).headers["location"] == FORM["return_url"]
    assert close(merchant).body["status"] == "paid"


def test_what_there_is_not_is_not_closed(merchant: Merchant) -> None:
    assert close(merchant, "order-none").code == "NoSuchSandboxPayment"
