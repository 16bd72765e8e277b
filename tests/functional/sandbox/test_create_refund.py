"""Sending money back."""

from tests.functional.sandbox.conftest import Merchant


def test_parts_are_sent_back_until_everything_is(merchant: Merchant) -> None:
    payment = merchant.paid()

    first = merchant.refund(payment, "refund-1", 9_000)
    too_much = merchant.refund(payment, "refund-2", 991)
    rest = merchant.refund(payment, "refund-3", 990)

    assert (first.status, first.body["status"]) == (201, "succeeded")
    assert (too_much.status, too_much.code) == (409, "TooMuch")
    assert rest.body["status"] == "succeeded"


def test_the_same_number_again_is_the_same_refund(merchant: Merchant) -> None:
    payment = merchant.paid()

    answers = [merchant.refund(payment, "refund-1", 9_000) for _ in range(3)]

    assert [answer.body for answer in answers] == [answers[0].body] * 3
    view = merchant.call("sandbox.get_payment", path={"out_trade_no": payment["out_trade_no"]})
    assert view.body["refunded"] == 9_000


def test_a_number_is_that_of_one_refund(merchant: Merchant) -> None:
    payment = merchant.paid()
    merchant.refund(payment, "refund-1", 100)

    assert merchant.refund(payment, "refund-1", 101).code == "NumberTaken"


def test_a_refund_that_failed_is_tried_again_under_its_number(merchant: Merchant) -> None:
    payment = merchant.paid()
    merchant.call("sandbox.set_switches", {"refunds": "failed"})
    assert merchant.refund(payment, "refund-1", 9_990).body["status"] == "failed"
    assert merchant.refund(payment, "refund-1", 9_990).body["status"] == "failed"

    merchant.call("sandbox.set_switches", {})

    assert merchant.refund(payment, "refund-1", 9_990).body["status"] == "succeeded"
    assert merchant.refund(payment, "refund-2", 1).code == "TooMuch"


def test_nothing_is_sent_back_of_what_was_not_paid(merchant: Merchant) -> None:
    assert merchant.refund(merchant.create(), "refund-1", 1).code == "NotPaid"
    assert merchant.refund({"out_trade_no": "order-none"}, "refund-1", 1).code == "NoSuchSandboxPayment"


def test_money_is_sent_back_in_the_currency_in_which_it_came(merchant: Merchant) -> None:
    answer = merchant.refund(merchant.paid(), "refund-1", 1, currency="USD")

    assert (answer.status, answer.code) == (400, "CurrencyMismatch")
