"""Stripe: Checkout Sessions with its official library, webhooks with its signature."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from mall import clock, errors
from mall.money import Money
from mall.payments.channels.stripe import Stripe
from mall.payments.model import (
    ChannelRefused,
    ChannelUnavailable,
    RefundOutcome,
    Report,
    SignatureInvalid,
    Standing,
)
from tests.fixtures.attempts import CHARGE, NUMBER, attempt
from tests.fixtures.providers import Asked, Provider

KEY, SECRET, SESSION, PAYMENT = "sk_test_1", "whsec_of_the_test", "cs_test_a1b2", "pi_3A1b2C"


@pytest.fixture
def stripe(provider: Provider) -> Stripe:
    return Stripe({"api_key": KEY, "webhook_secret": SECRET, "base": provider.origin})


def session(**changes: Any) -> dict[str, Any]:
    return {
        "id": SESSION,
        "object": "checkout.session",
        "status": "complete",
        "payment_status": "paid",
        "client_reference_id": NUMBER,
        "amount_total": 9_990,
        "currency": "cny",
        "payment_intent": PAYMENT,
        "url": f"https://checkout.stripe.com/c/pay/{SESSION}",
    } | changes


def a_list(*items: dict[str, Any], kind: str = "list") -> dict[str, Any]:
    return {"object": kind, "data": list(items), "has_more": False, "url": "/v1/refunds"}


def refusal(code: str) -> dict[str, Any]:
    return {"error": {"type": "invalid_request_error", "code": code, "message": "…"}}


def event(kind: str, told: dict[str, Any]) -> bytes:
    return json.dumps(
        {"id": "evt_1", "object": "event", "type": kind, "created": 1893553445, "data": {"object": told}}
    ).encode()


def signed(body: bytes, *, secret: str = SECRET, ago: int = 0) -> dict[str, str]:
    """The header as Stripe documents it: v1 is HMAC-SHA256 of `<time>.<body>`."""
    moment = clock.timestamp() - ago
    made = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return {"stripe-signature": f"t={moment},v1={made}"}


def sent(asked: Asked, method: str, path: str) -> dict[str, str]:
    assert (asked.method, asked.path) == (method, path)
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    return asked.form


# ── Beginning ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_session_is_made_for_everything_that_is_due(stripe: Stripe, provider: Provider) -> None:
    provider.answer(session(status="open", payment_status="unpaid"))

    started = stripe.start(CHARGE)

    assert started.action == {"kind": "redirect", "url": f"https://checkout.stripe.com/c/pay/{SESSION}"}
    assert started.trade_no == SESSION
    assert sent(provider.asked[0], "POST", "/v1/checkout/sessions") == {
        "mode": "payment",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "cny",
        "line_items[0][price_data][unit_amount]": "9990",
        "line_items[0][price_data][product_data][name]": CHARGE.subject,
        "client_reference_id": NUMBER,
        "metadata[attempt_id]": NUMBER,
        "payment_intent_data[metadata][attempt_id]": NUMBER,
        "success_url": CHARGE.return_url,
        "cancel_url": CHARGE.return_url,
    }
    assert provider.asked[0].headers["idempotency-key"] == NUMBER


def test_what_stripe_will_not_begin_is_a_refusal(stripe: Stripe, provider: Provider) -> None:
    provider.answer(refusal("amount_too_small"), 400)

    with pytest.raises(ChannelRefused) as refused:
        stripe.start(CHARGE)
    assert refused.value.details == {"reason": "amount_too_small"}


def test_a_key_that_is_wrong_is_no_refusal_of_the_payment(stripe: Stripe, provider: Provider) -> None:
    provider.answer({"error": {"type": "invalid_request_error", "message": "Invalid API Key"}}, 401)

    with pytest.raises(ChannelUnavailable):
        stripe.start(CHARGE)


# ── Asking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("told", "standing"),
    [
        ({}, Standing.PAID),
        ({"payment_status": "unpaid"}, Standing.PENDING),
        ({"status": "open", "payment_status": "unpaid"}, Standing.PENDING),
        ({"status": "expired", "payment_status": "unpaid"}, Standing.CLOSED),
    ],
)
def test_a_session_stands_as_stripe_says(
    stripe: Stripe, provider: Provider, told: dict[str, str], standing: Standing
) -> None:
    provider.answer(session(**told))

    report = stripe.query(attempt(trade_no=SESSION))

    amount = Money(9_990, "CNY") if standing is Standing.PAID else None
    assert report == Report(NUMBER, standing, SESSION, amount)
    sent(provider.asked[0], "GET", f"/v1/checkout/sessions/{SESSION}")


@pytest.mark.parametrize(
    ("found", "standing"),
    [
        ([], Standing.ABSENT),
        ([{"status": "succeeded"}], Standing.PAID),
        ([{"status": "processing"}], Standing.PENDING),
        ([{"status": "canceled"}], Standing.CLOSED),
    ],
)
def test_a_session_whose_number_was_lost_is_found_by_what_we_wrote_on_it(
    stripe: Stripe, provider: Provider, found: list[dict[str, str]], standing: Standing
) -> None:
    payments = [
        {"id": PAYMENT, "object": "payment_intent", "amount_received": 9_990, "currency": "cny"} | one for one in found
    ]
    provider.answer(a_list(*payments, kind="search_result"))

    assert stripe.query(attempt()).standing is standing
    assert provider.asked[0].path == "/v1/payment_intents/search"
    assert provider.asked[0].query["query"] == f"metadata['attempt_id']:'{NUMBER}'"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_stripe_cannot_say_now_is_unknown(stripe: Stripe, provider: Provider, status: int) -> None:
    for _ in range(2):  # the library asks once more by itself
        provider.answer({"error": {"type": "api_error"}}, status)

    with pytest.raises(ChannelUnavailable):
        stripe.query(attempt(trade_no=SESSION))


# ── Closing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_open_session_is_let_expire(stripe: Stripe, provider: Provider) -> None:
    provider.answer(session(status="open", payment_status="unpaid"))
    provider.answer(session(status="expired", payment_status="unpaid"))

    assert stripe.close(attempt(trade_no=SESSION)).standing is Standing.CLOSED
    sent(provider.asked[1], "POST", f"/v1/checkout/sessions/{SESSION}/expire")


def test_closing_finds_what_was_paid_meanwhile(stripe: Stripe, provider: Provider) -> None:
    provider.answer(session(status="open", payment_status="unpaid"))
    provider.answer(refusal("checkout_session_not_open"), 400)
    provider.answer(session())

    assert stripe.close(attempt(trade_no=SESSION)).standing is Standing.PAID


# ── Refunds ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_refund_is_made_once_a_number(stripe: Stripe, provider: Provider) -> None:
    provider.answer(session())
    provider.answer(a_list())
    provider.answer({"id": "re_1", "object": "refund", "status": "succeeded"})

    assert stripe.refund(attempt(trade_no=SESSION), "rfd_1", Money(505, "CNY"), "broken").state == "SUCCESS"
    assert sent(provider.asked[2], "POST", "/v1/refunds") == {
        "payment_intent": PAYMENT,
        "amount": "505",
        "metadata[refund_no]": "rfd_1",
        "metadata[reason]": "broken",
    }
    assert provider.asked[2].headers["idempotency-key"] == "rfd_1"


def test_a_refund_that_was_made_days_ago_is_not_made_again(stripe: Stripe, provider: Provider) -> None:
    provider.answer(session())
    made = {"id": "re_1", "object": "refund", "status": "pending", "metadata": {"refund_no": "rfd_1"}}
    other = {"id": "re_0", "object": "refund", "status": "succeeded", "metadata": {"refund_no": "rfd_0"}}
    provider.answer(a_list(other, made))

    assert stripe.refund(attempt(trade_no=SESSION), "rfd_1", Money(505, "CNY"), "").state == RefundOutcome.PENDING
    assert [asked.method for asked in provider.asked] == ["GET", "GET"]


def test_a_refund_that_stripe_will_not_make_fails_with_its_reason(stripe: Stripe, provider: Provider) -> None:
    provider.answer(session())
    provider.answer(a_list())
    provider.answer(refusal("charge_already_refunded"), 400)

    outcome = stripe.refund(attempt(trade_no=SESSION), "rfd_1", Money(505, "CNY"), "")

    assert outcome == RefundOutcome(RefundOutcome.FAILED, "charge_already_refunded")


def test_a_refund_that_stripe_never_heard_of_is_absent(stripe: Stripe, provider: Provider) -> None:
    provider.answer(session())
    provider.answer(a_list())

    assert stripe.query_refund(attempt(trade_no=SESSION), "rfd_1") == RefundOutcome(RefundOutcome.FAILED, "absent")


# ── Webhooks ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "told", "standing"),
    [
        ("checkout.session.completed", {}, Standing.PAID),
        ("checkout.session.completed", {"payment_status": "unpaid"}, Standing.PENDING),
        ("checkout.session.async_payment_succeeded", {}, Standing.PAID),
        ("checkout.session.async_payment_failed", {"payment_status": "unpaid"}, Standing.FAILED),
        ("checkout.session.expired", {"status": "expired", "payment_status": "unpaid"}, Standing.CLOSED),
    ],
)
def test_a_webhook_tells_how_a_session_stands(
    stripe: Stripe, kind: str, told: dict[str, str], standing: Standing
) -> None:
    body = event(kind, session(**told))

    notice = stripe.notice(signed(body), body)

    paid = standing is Standing.PAID
    assert (notice.event_id, notice.kind) == ("evt_1", kind)
    assert notice.report == Report(
        NUMBER,
        standing,
        SESSION,
        Money(9_990, "CNY") if paid else None,
        datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC) if paid else None,
    )


def test_a_webhook_about_something_else_tells_nothing_of_a_payment(stripe: Stripe) -> None:
    body = event("customer.created", {"id": "cus_1", "object": "customer"})

    assert stripe.notice(signed(body), body).report is None


@pytest.mark.parametrize("options", [{"secret": "whsec_another"}, {"ago": 301}])
def test_a_webhook_that_does_not_prove_itself_is_refused(stripe: Stripe, options: dict[str, Any]) -> None:
    body = event("checkout.session.completed", session())

    with pytest.raises(SignatureInvalid):
        stripe.notice(signed(body, **options), body)


@pytest.mark.parametrize("headers", [{}, {"stripe-signature": ""}, {"stripe-signature": "t=now,v1=x"}])
def test_a_webhook_without_a_signature_is_refused(stripe: Stripe, headers: dict[str, str]) -> None:
    with pytest.raises(SignatureInvalid):
        stripe.notice(headers, event("checkout.session.completed", session()))


def test_nothing_of_a_webhook_can_be_changed(stripe: Stripe) -> None:
    body = event("checkout.session.completed", session())

    with pytest.raises(SignatureInvalid):
        stripe.notice(signed(body), body.replace(b"9990", b"1"))


def test_the_signature_is_the_one_that_stripes_documentation_computes(stripe: Stripe) -> None:
    """The example of https://docs.stripe.com/webhooks (verify manually): HMAC of `<time>.<body>`, in hexadecimal."""
    moment, body = clock.timestamp(), event("checkout.session.completed", session())
    digest = hmac.digest(SECRET.encode(), b"%d.%b" % (moment, body), "sha256").hex()

    header = f"t={moment},v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39,v1={digest}"

    assert stripe.notice({"stripe-signature": header}, body).event_id == "evt_1"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id": "evt_1"}', b'"event"'])
def test_what_is_signed_but_makes_no_sense_is_refused(stripe: Stripe, body: bytes) -> None:
    with pytest.raises(errors.Invalid):
        stripe.notice(signed(body), body)
