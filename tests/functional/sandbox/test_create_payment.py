"""Asking the sandbox for a payment, and proving who asks."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.fixtures.gateway import Answer
from tests.functional.sandbox.conftest import FORM, Merchant


def test_a_payment_waits_at_a_page_of_its_own(merchant: Merchant) -> None:
    payment = merchant.create()

    assert (payment["status"], payment["amount"], payment["currency"]) == ("waiting", 9_990, "CNY")
    assert payment["pay_url"].startswith("https://")
    assert "/api/sandbox/pay/sbp_" in payment["pay_url"]
    assert payment["trade_no"] != payment["out_trade_no"]


def test_the_same_number_again_is_the_same_payment(merchant: Merchant) -> None:
    assert merchant.create() == merchant.create()


def test_a_number_is_that_of_one_payment(merchant: Merchant) -> None:
    merchant.create()

    answer = merchant.call("sandbox.create_payment", FORM | {"amount": 1})

    assert (answer.status, answer.code) == (409, "NumberTaken")


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 0},
        {"amount": -1},
        {"amount": 1.5},
        {"currency": "yuan"},
        {"out_trade_no": "a b"},
        {"out_trade_no": "x"},
        {"notify_url": "javascript:alert(1)"},
        {"return_url": "/back"},
        {"subject": ""},
        {"expires_at": "2031-01-01T00:00:00"},
        {"extra": 1},
    ],
)
def test_what_makes_no_payment_is_refused(merchant: Merchant, change: dict[str, Any]) -> None:
    answer = merchant.call("sandbox.create_payment", FORM | change)

    assert (answer.status, answer.code) == (400, "Invalid")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sandbox-Merchant": "somebody"},
        {"Sandbox-Signature": "0" * 64},
        {"Sandbox-Signature": ""},
        {"Sandbox-Nonce": "another"},
        {"Sandbox-Time": "yesterday"},
    ],
)
def test_who_does_not_sign_as_a_merchant_is_refused(merchant: Merchant, headers: dict[str, str]) -> None:
    answer = merchant.call("sandbox.create_payment", FORM, headers=headers)

    assert (answer.status, answer.code) == (401, "NotTheMerchant")


def test_an_old_signature_is_refused(merchant: Merchant) -> None:
    assert merchant.call("sandbox.create_payment", FORM, ago=299).status == 201
    assert merchant.call("sandbox.create_payment", FORM, ago=301).code == "NotTheMerchant"


def test_a_signature_is_for_one_body_only(merchant: Merchant, invoke: Callable[..., Answer]) -> None:
    spied: dict[str, Any] = {}

    def keep(name: str, **options: Any) -> Answer:
        spied.update(options)
        return invoke(name, **options)

    Merchant(keep, merchant.run, merchant.key).create()
    forged = spied | {"body": spied["body"].replace("9990", "1")}

    assert invoke("sandbox.create_payment", **forged).code == "NotTheMerchant"


@pytest.mark.parametrize(
    ("operation", "path", "body"),
    [
        ("sandbox.create_payment", {}, FORM),
        ("sandbox.get_payment", {"out_trade_no": "order-1"}, None),
        ("sandbox.close_payment", {"out_trade_no": "order-1"}, None),
        (
            "sandbox.create_refund",
            {"out_trade_no": "order-1"},
            {"refund_no": "refund-1", "amount": 1, "currency": "CNY"},
        ),
        ("sandbox.get_refund", {"out_trade_no": "order-1", "refund_no": "refund-1"}, None),
        ("sandbox.get_bill", {"day": "2030-01-01"}, None),
        ("sandbox.set_switches", {}, {}),
    ],
)
def test_nobody_but_a_merchant_asks_for_anything(
    invoke: Callable[..., Answer], operation: str, path: dict[str, str], body: Any
) -> None:
    answer = invoke(operation, path=path, body=body)

    assert (answer.status, answer.code) == (401, "NotTheMerchant")


@pytest.mark.parametrize(
    ("operation", "path", "body"),
    [
        ("sandbox.create_payment", {}, FORM),
        ("sandbox.get_bill", {"day": "2030-01-01"}, None),
        ("sandbox.show_pay_page", {"payment_id": "sbp_1"}, None),
        ("sandbox.decide_payment", {"payment_id": "sbp_1"}, "decision=pay"),
    ],
)
def test_where_it_is_not_switched_on_there_is_no_sandbox(
    aws: Any, run: Callable[..., Any], operation: str, path: dict[str, str], body: Any
) -> None:
    from tests.fixtures import gateway
    from tests.fixtures.aws import function

    environment = aws.environments[operation]
    before = environment["MALL_SANDBOX"]
    environment["MALL_SANDBOX"] = "false"
    try:
        app = function(operation).app.operation
        event = gateway.request(app.method, app.path, path=path, body=body)
        answer = Answer.of(run(operation, event))
    finally:
        environment["MALL_SANDBOX"] = before

    assert (answer.status, answer.code) == (404, "SandboxClosed")
