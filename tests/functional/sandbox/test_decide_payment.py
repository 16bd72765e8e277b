"""A buyer's decision."""

from typing import Any

import pytest

from mall.sandbox.model import Status
from mall.sandbox.service import id_of, page
from tests.functional.sandbox.conftest import Merchant


def test_who_pays_is_sent_back_and_the_merchant_is_told(merchant: Merchant) -> None:
    payment = merchant.create()

    answer = merchant.decide(payment)

    assert (answer.status, answer.headers["location"]) == (303, "https://shop.example/back?order=1")
    ((wait, message),) = merchant.queued()
    assert (wait, message["tries"], message["url"]) == (0, 0, "http://127.0.0.1:9/callback")
    assert '"status":"paid"' in message["body"]


def test_who_declines_has_not_paid_and_cannot_pay_afterwards(merchant: Merchant) -> None:
    payment = merchant.create()

    merchant.decide(payment, "decline")
    again = merchant.decide(payment)

    assert again.headers["location"] == "?locale=zh-CN"
    assert page(merchant.page(payment)["payment_id"]).status is Status.FAILED
    assert len(merchant.queued()) == 1


def test_who_presses_twice_pays_once_and_sees_how_it_stands(merchant: Merchant) -> None:
    payment = merchant.create()

    merchant.decide(payment)
    again = merchant.decide(payment)

    assert (again.status, again.headers["location"]) == (303, "?locale=zh-CN")
    assert len(merchant.queued()) == 1


@pytest.mark.parametrize("body", ["", "decision=", "decision=maybe", "decision=pay&decision=decline", b"\xff\xfe"])
def test_a_form_that_decides_nothing_is_refused(merchant: Merchant, body: Any) -> None:
    payment = merchant.create()

    answer = merchant.invoke("sandbox.decide_payment", path=merchant.page(payment), body=body)

    assert (answer.status, answer.code) == (400, "Invalid")
    assert merchant.queued() == []


def test_nobody_guesses_the_page_of_a_payment(merchant: Merchant) -> None:
    merchant.create()

    answer = merchant.invoke("sandbox.decide_payment", path={"payment_id": "sbp_" + "0" * 32}, body="decision=pay")

    assert (answer.status, answer.code) == (404, "NoSuchSandboxPayment")
    assert id_of("mall", "order-1") != id_of("mall", "order-2")
