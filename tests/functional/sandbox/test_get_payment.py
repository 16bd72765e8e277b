"""Asking the sandbox how a payment stands."""

from datetime import UTC, datetime, timedelta

from mall import clock
from tests.functional.sandbox.conftest import Merchant


def get(merchant: Merchant, number: str = "order-20300101-1") -> dict[str, object]:
    found: dict[str, object] = merchant.call("sandbox.get_payment", path={"out_trade_no": number}).body
    return found


def test_a_payment_stands_as_its_buyer_left_it(merchant: Merchant) -> None:
    payment = merchant.create()
    assert get(merchant)["status"] == "waiting"

    merchant.decide(payment)

    assert get(merchant)["status"] == "paid"
    assert get(merchant)["paid_at"]


def test_what_nobody_paid_in_time_is_closed(merchant: Merchant) -> None:
    until = datetime(2031, 1, 1, 0, 30, tzinfo=UTC)
    merchant.create()

    with clock.at(until - timedelta(seconds=1)):
        assert get(merchant)["status"] == "waiting"
    with clock.at(until):
        assert get(merchant)["status"] == "closed"


def test_a_payment_that_there_is_not_is_not_found(merchant: Merchant) -> None:
    answer = merchant.call("sandbox.get_payment", path={"out_trade_no": "order-none"})

    assert (answer.status, answer.code) == (404, "NoSuchSandboxPayment")
