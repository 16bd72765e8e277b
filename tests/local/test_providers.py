"""What providers of payments do at their worst, in the deployed mall: each ends as it should, with nobody's money lost.

The sandbox has a switch for each; what it then knows of its payments is asked as the mall itself asks it.
"""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.local.shopper import Shopper
from tests.local.buyers import Article, articles, bought, newcomers, placed
from tests.local.conftest import LocalMall
from tests.local.deadlines import run_out
from tests.local.operations import every_operation_is_used
from tests.local.provider import Sandbox
from tests.local.test_people import eventually, staff


@pytest.fixture(autouse=True, scope="module")
def _every_operation(request: pytest.FixtureRequest) -> Iterator[None]:
    with every_operation_is_used(request, "payments", "refunds", "sandbox"):
        yield


@pytest.fixture(scope="module")
def article(mall: LocalMall) -> Article:
    """Something on sale, with plenty of it."""
    found = articles(mall.description, merchants=1)[0]
    found.stock(500)
    return found


@pytest.fixture
def shopper(mall: LocalMall) -> Shopper:
    """Somebody new with an account."""
    return newcomers(mall.description, 1)[0]


@pytest.fixture(scope="module")
def sandbox(mall: LocalMall) -> Sandbox:
    """The provider, as the mall asks it."""
    return Sandbox(mall)


def test_a_callback_that_nobody_signed_changes_nothing(mall: LocalMall, shopper: Shopper, article: Article) -> None:
    trade = placed(shopper, article)
    attempt = shopper.begin_payment(trade["intent_id"])
    told = {"out_trade_no": attempt["attempt_id"], "status": "paid", **trade["due"]}

    reply = mall.visitor.call("POST", "/api/payments/callbacks/sandbox", told, headers={"Sandbox-Signature": "0" * 64})

    assert reply.code == "SignatureInvalid"
    assert shopper.trade(trade["id"])["stage"] == "awaiting_payment"
    assert "sandbox" in [one["channel"] for one in shopper.ask("GET", "/api/payments/channels")["items"]]
    shopper.cancel(trade["id"])


def test_whoever_comes_back_before_a_lost_callback_is_paid_by_asking(
    shopper: Shopper, article: Article, sandbox: Sandbox
) -> None:
    trade = placed(shopper, article)
    attempt = shopper.begin_payment(trade["intent_id"])
    sandbox.switch(attempt, callbacks="lost")
    shopper.page(attempt).press("pay")

    assert shopper.ask("POST", f"/api/payments/{trade['intent_id']}/check")["state"] == "success"
    assert shopper.wait(trade["id"], "paid")["orders"][0]["pay_status"] == "paid"


@pytest.mark.parametrize("callbacks", ["double", "out_of_order"])
def test_callbacks_that_come_twice_or_in_another_order_pay_once(
    shopper: Shopper, article: Article, sandbox: Sandbox, callbacks: str
) -> None:
    trade = placed(shopper, article)
    attempt = shopper.begin_payment(trade["intent_id"])
    sandbox.switch(attempt, callbacks=callbacks)
    shopper.page(attempt).press("pay")

    shopper.wait(trade["id"], "paid")
    assert shopper.ask("GET", f"/api/payments/{trade['intent_id']}")["state"] == "success"
    assert sandbox.payment(attempt)["refunded"] == 0


def test_what_was_declined_can_be_paid_on_another_page(shopper: Shopper, article: Article) -> None:
    trade = placed(shopper, article)
    shopper.pay(trade["intent_id"], "decline")
    eventually(lambda: shopper.ask("GET", f"/api/payments/{trade['intent_id']}")["attempts"][0]["state"] == "failed")

    shopper.pay(trade["intent_id"])

    shopper.wait(trade["id"], "paid")


def test_what_is_paid_twice_goes_back_once(shopper: Shopper, article: Article, sandbox: Sandbox) -> None:
    trade = placed(shopper, article)
    attempts = [shopper.begin_payment(trade["intent_id"]) for _ in range(2)]
    pages = [shopper.page(attempt) for attempt in attempts]
    for page in pages:
        page.press("pay")

    shopper.wait(trade["id"], "paid")
    due = trade["due"]["amount"]
    eventually(lambda: sum(sandbox.payment(attempt)["refunded"] for attempt in attempts) == due)
    assert sorted(sandbox.payment(attempt)["refunded"] for attempt in attempts) == [0, due]


def test_a_top_up_that_is_paid_twice_is_credited_once_and_goes_back_once(shopper: Shopper, sandbox: Sandbox) -> None:
    amount = {"amount": 5_000, "currency": "CNY"}
    top_up = shopper.ask("POST", "/api/wallet/top-ups", {"amount": amount}, Idempotency_Key=uuid.uuid4().hex)
    attempts = [shopper.begin_payment(top_up["id"]) for _ in range(2)]
    for page in [shopper.page(attempt) for attempt in attempts]:
        page.press("pay")

    eventually(lambda: sum(sandbox.payment(attempt)["refunded"] for attempt in attempts) == 5_000)
    assert sorted(sandbox.payment(attempt)["refunded"] for attempt in attempts) == [0, 5_000]
    assert shopper.ask("GET", f"/api/payments/{top_up['id']}")["state"] == "success"
    assert shopper.ask("GET", "/api/wallet")["balance"] == amount


def test_a_payment_whose_time_ran_out_can_no_longer_be_made(
    mall: LocalMall, shopper: Shopper, article: Article, sandbox: Sandbox
) -> None:
    trade = placed(shopper, article)
    attempt = shopper.begin_payment(trade["intent_id"])
    sandbox.switch(attempt, callbacks="lost")
    page = shopper.page(attempt)
    run_out(mall, trade["id"], "pay")
    assert shopper.wait(trade["id"], "cancelled")["reason"] == "expired"

    page.press("pay")

    assert sandbox.payment(attempt)["status"] == "closed"
    assert shopper.trade(trade["id"])["stage"] == "cancelled"


@pytest.mark.parametrize("reason", ["cancelled", "expired"])
def test_what_is_paid_after_the_trade_was_closed_goes_back_by_itself(
    mall: LocalMall, shopper: Shopper, article: Article, sandbox: Sandbox, reason: str
) -> None:
    trade = placed(shopper, article)
    attempt = shopper.begin_payment(trade["intent_id"])
    sandbox.switch(attempt, closing="ignored", callbacks="late", delay_seconds=2)
    page = shopper.page(attempt)
    if reason == "cancelled":
        shopper.cancel(trade["id"])
    else:
        run_out(mall, trade["id"], "pay")
    assert shopper.wait(trade["id"], "cancelled")["reason"] == reason

    page.press("pay")

    assert sandbox.payment(attempt)["status"] == "paid"
    eventually(lambda: sandbox.payment(attempt)["refunded"] == trade["due"]["amount"])
    assert shopper.trade(trade["id"])["stage"] == "cancelled"
    payment = shopper.ask("GET", f"/api/payments/{trade['intent_id']}")
    assert (payment["state"], payment["attempts"][0]["state"]) == ("closed", "success")


def test_who_paid_just_before_the_time_ran_out_has_paid(
    mall: LocalMall, shopper: Shopper, article: Article, sandbox: Sandbox
) -> None:
    trade = placed(shopper, article)
    attempt = shopper.begin_payment(trade["intent_id"])
    sandbox.switch(attempt, callbacks="late", delay_seconds=2)
    shopper.page(attempt).press("pay")

    run_out(mall, trade["id"], "pay")

    assert shopper.wait(trade["id"], "paid", "cancelled")["stage"] == "paid"
    assert sandbox.payment(attempt)["refunded"] == 0


def test_a_wrong_amount_changes_nothing_until_an_operator_sends_it_back(
    mall: LocalMall, shopper: Shopper, article: Article, sandbox: Sandbox
) -> None:
    trade, operator = placed(shopper, article), staff(mall, "operator")
    attempt = shopper.begin_payment(trade["intent_id"])
    sandbox.switch(attempt, callbacks="wrong_amount")
    shopper.page(attempt).press("pay")
    received = trade["due"] | {"amount": trade["due"]["amount"] + 1}

    def held() -> Any:
        found = operator("GET", "/api/admin/payment-exceptions?limit=100")["items"]
        return next((one for one in found if one["attempt_id"] == attempt["attempt_id"]), None)

    exception = eventually(held)
    assert (exception["kind"], exception["expected"], exception["received"]) == ("wrong_amount", trade["due"], received)
    assert shopper.trade(trade["id"])["stage"] == "awaiting_payment"
    assert sandbox.payment(attempt)["refunded"] == 0
    resolved = operator(
        "POST",
        f"/api/admin/payment-exceptions/{exception['id']}/resolve",
        {"action": "refund", "reason": "the buyer paid a cent too much"},
    )

    assert resolved["resolved_at"]
    assert held() is None
    eventually(lambda: sandbox.payment(attempt)["refunded"] == received["amount"])
    # What was wrong is out of the way: the trade can still be paid as it should be.
    shopper.pay(trade["intent_id"])
    shopper.wait(trade["id"], "paid")


def test_a_refund_that_the_provider_refuses_is_seen_and_sent_again_under_its_number(
    mall: LocalMall, shopper: Shopper, article: Article, sandbox: Sandbox
) -> None:
    operator = staff(mall, "operator")
    trade = placed(shopper, article)
    attempt = shopper.begin_payment(trade["intent_id"])
    shopper.page(attempt).press("pay")
    trade = shopper.wait(trade["id"], "paid")
    sandbox.switch(attempt, refunds="failed")
    order = trade["orders"][0]["id"]
    shopper.ask("POST", f"/api/orders/{order}/cancel", {"reason": "changed_mind"})
    run_out(mall, order, "agree")

    def stuck() -> Any:
        found = operator("GET", "/api/admin/refunds?limit=100")["items"]
        return next((one for one in found if one["order_id"] == order and one["parts"][0]["tries"]), None)

    refund = eventually(stuck)
    number = refund["parts"][0]["number"]
    assert shopper.ask("GET", f"/api/orders/{order}")["status"] == "cancelling"
    sandbox.switch(attempt, refunds="normal")
    operator("POST", f"/api/admin/refunds/{refund['id']}/retry")

    eventually(lambda: operator("GET", f"/api/admin/refunds/{refund['id']}")["state"] == "success")
    assert sandbox.refund(attempt, number)["status"] == "succeeded"
    assert shopper.ask("GET", f"/api/refunds/{refund['id']}")["state"] == "success"
    assert shopper.ask("GET", f"/api/orders/{order}/refunds")["items"][0]["id"] == refund["id"]
    eventually(lambda: shopper.ask("GET", f"/api/orders/{order}")["status"] == "cancelled")


def test_the_providers_bill_of_a_day_and_the_mall_agree(shopper: Shopper, article: Article, sandbox: Sandbox) -> None:
    trade = bought(shopper, article)
    attempt = shopper.ask("GET", f"/api/payments/{trade['intent_id']}")["attempts"][0]["attempt_id"]

    bill = sandbox.bill(datetime.now(UTC).date().isoformat())

    assert (attempt, trade["due"]["amount"]) in [(line["out_trade_no"], int(line["amount"])) for line in bill]


def test_the_sandbox_is_a_provider_like_any_other(mall: LocalMall, sandbox: Sandbox) -> None:
    """What the mall's adapter asks of it, asked by hand: a merchant's payment from its page to its refund."""
    asked = sandbox.create(amount=1234)
    number = asked["out_trade_no"]
    assert mall.visitor.open(asked["pay_url"].rpartition("/")[0].rpartition("/")[0] + "/style").status_code == 200
    sandbox.decide(asked["pay_url"])

    assert sandbox.ask("GET", f"/api/sandbox/payments/{number}").body["status"] == "paid"
    refund = {"refund_no": f"{number}-1", "amount": 234, "currency": "CNY", "reason": "broken"}
    assert sandbox.ask("POST", f"/api/sandbox/payments/{number}/refunds", refund).body["status"] == "succeeded"
    assert sandbox.ask("GET", f"/api/sandbox/payments/{number}/refunds/{number}-1").body["amount"] == 234
    other = sandbox.create(amount=99)["out_trade_no"]
    assert sandbox.ask("POST", f"/api/sandbox/payments/{other}/close").body["status"] == "closed"
    assert mall.visitor.call("GET", f"/api/sandbox/payments/{number}").status == 401
