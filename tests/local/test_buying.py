"""Everything a shopper does on the way from a cart to a paid order, and what may go wrong there, in the deployed mall.

What these show and no other rung can: that each function on that way has the permissions and settings that its code
needs, and that gateway, state machine, queues, streams, provider and callback are tied together as the templates say.
"""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.shopper import Shopper
from infra.local.state import LocalError
from tests.local.buyers import Article, articles, newcomers
from tests.local.conftest import LocalMall
from tests.local.operations import every_operation_is_used
from tests.local.provider import Sandbox
from tests.local.test_people import eventually, staff

SUBSYSTEMS = ("cart", "inventory", "orders", "payments", "wallet", "refunds", "sandbox")
PLENTY = 500


@pytest.fixture(autouse=True, scope="module")
def _every_operation(request: pytest.FixtureRequest) -> Iterator[None]:
    with every_operation_is_used(request, *SUBSYSTEMS):
        yield


@pytest.fixture(scope="module")
def shelf(mall: LocalMall) -> list[Article]:
    """Something of each of two merchants, with plenty of it."""
    found = articles(mall.description, merchants=2)
    for article in found:
        article.stock(PLENTY)
    return found


@pytest.fixture
def shopper(mall: LocalMall) -> Shopper:
    """Somebody new with an account."""
    return newcomers(mall.description, 1)[0]


@pytest.fixture(scope="module")
def sandbox(mall: LocalMall) -> Sandbox:
    return Sandbox(mall)


def placed(shopper: Shopper, *wanted: Article, quantity: int = 1, **more: Any) -> dict[str, Any]:
    """A trade of these that awaits its payment, or needs none."""
    lines = [article.line | {"quantity": quantity} for article in wanted]
    trade = shopper.order(shopper.quote(lines), lines, **more)
    return shopper.wait(trade["id"], "awaiting_payment", "paid")


def bought(shopper: Shopper, *wanted: Article, quantity: int = 1) -> dict[str, Any]:
    """A paid trade of these."""
    trade = placed(shopper, *wanted, quantity=quantity)
    shopper.pay(trade["intent_id"])
    return shopper.wait(trade["id"], "paid")


def refused(shopper: Shopper, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str | None]:
    """How it was refused."""
    reply = shopper.try_to(method, path, body, **headers)
    return reply.status, reply.code


def sellable(article: Article) -> int:
    """How many of it its merchant can still sell."""
    product = article.shop.ask("GET", f"/api/merchant/products/{article.product_id}")
    return int(next(offer["available"] for offer in product["offers"] if offer["sku_id"] == article.sku_id))


# ── The cart ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_guests_cart_is_changed_and_goes_along_with_whoever_signs_in(mall: LocalMall, shelf: list[Article]) -> None:
    tea, tent = shelf
    guest = Shopper(mall.visitor)
    for article in shelf:
        guest.add(article.product_id, article.sku_id)
    line = f"/api/cart/lines/{tea.sku_id}"

    assert guest.ask("PATCH", line, {"quantity": 3})["count"] == 4
    assert [one["sku_id"] for one in guest.ask("PATCH", line, {"saved": True})["saved"]] == [tea.sku_id]
    assert guest.ask("PATCH", line, {"saved": False})["saved"] == []
    assert guest.ask("PUT", "/api/cart/selection", {"selected": False})["quote"]["total"]["amount"] == 0
    assert guest.ask("PUT", "/api/cart/selection", {"selected": True})["quote"]["total"]["amount"] > 0
    assert guest.ask("DELETE", f"/api/cart/lines/{tent.sku_id}")["count"] == 3
    assert Shopper(mall.visitor).cart()["count"] == 0

    guest.register()
    merged = guest.merge()

    assert {one["sku_id"]: one["quantity"] for group in merged["groups"] for one in group["lines"]} == {tea.sku_id: 3}
    assert guest.cart()["count"] == 3
    guest.ask("DELETE", "/api/cart")
    assert guest.cart()["count"] == 0


# ── Ordering and paying ─────────────────────────────────────────────────────────────────────────────────────────────


def test_goods_of_two_merchants_become_two_paid_orders_and_leave_the_cart_and_the_stock(
    shopper: Shopper, shelf: list[Article]
) -> None:
    before = [sellable(article) for article in shelf]
    for article in shelf:
        shopper.add(article.product_id, article.sku_id, 2)
    quote = shopper.quote()
    wish, key = shopper.wish(quote), uuid.uuid4().hex
    trade = shopper.ask("POST", "/api/orders", wish, Idempotency_Key=key)
    again = shopper.ask("POST", "/api/orders", wish, Idempotency_Key=key)
    trade = shopper.wait(trade["id"], "awaiting_payment")

    assert again["id"] == trade["id"]
    assert trade["due"] == quote["total"]
    assert "sandbox" in [one["channel"] for one in shopper.ask("GET", "/api/payments/channels")["items"]]
    shopper.pay(trade["intent_id"])
    trade = shopper.wait(trade["id"], "paid")

    assert [order["status"] for order in trade["orders"]] == ["paid", "paid"]
    assert shopper.ask("GET", f"/api/payments/{trade['intent_id']}")["state"] == "success"
    orders = [shopper.ask("GET", f"/api/orders/{order['id']}") for order in trade["orders"]]
    assert sum(order["payable"]["amount"] for order in orders) == quote["total"]["amount"]
    assert {order["id"] for order in shopper.orders("?status=paid")} == {order["id"] for order in orders}
    eventually(lambda: shopper.cart()["count"] == 0)
    eventually(lambda: [sellable(article) for article in shelf] == [stock - 2 for stock in before])


def test_what_changed_since_the_quote_is_told_and_nothing_is_ordered(shopper: Shopper, shelf: list[Article]) -> None:
    article = shelf[0]
    shopper.add(article.product_id, article.sku_id)
    quote = shopper.quote()
    article.price(quote["total"]["amount"] + 100)

    reply = shopper.try_to("POST", "/api/orders", shopper.wish(quote), Idempotency_Key=uuid.uuid4().hex)
    article.price(quote["total"]["amount"])

    assert (reply.status, reply.code) == (409, "CartChanged")
    assert reply.body["Details"]["total"]["amount"] == quote["total"]["amount"] + 100
    assert shopper.orders() == []


def test_an_unpaid_trade_is_postponed_once_and_cancelled_and_its_stock_is_back(
    mall: LocalMall, shopper: Shopper, shelf: list[Article]
) -> None:
    before = [sellable(article) for article in shelf]
    trade = placed(shopper, *shelf, quantity=3)
    postponed = shopper.ask("POST", f"/api/trades/{trade['id']}/postpone", {}, Idempotency_Key=uuid.uuid4().hex)
    attempt = shopper.begin_payment(trade["intent_id"])
    stranger = newcomers(mall.description, 1)[0]

    assert postponed["pay_deadline"] > trade["pay_deadline"]
    assert refused(shopper, "POST", f"/api/trades/{trade['id']}/postpone", {})[0] == 409
    assert refused(stranger, "GET", f"/api/trades/{trade['id']}") == (404, "TradeNotFound")
    shopper.cancel(trade["id"])
    trade = shopper.wait(trade["id"], "cancelled")

    assert {order["status"] for order in trade["orders"]} == {"cancelled"}
    assert "pay" not in shopper.page(attempt).buttons
    status, code = refused(shopper, "POST", f"/api/payments/{trade['intent_id']}/attempts", {"channel": "sandbox"})
    assert (status, code) == (409, "IntentClosed")
    eventually(lambda: [sellable(article) for article in shelf] == before)


# ── What providers do at their worst ────────────────────────────────────────────────────────────────────────────────


def test_who_comes_back_before_a_lost_callback_is_paid_by_asking(
    shopper: Shopper, shelf: list[Article], sandbox: Sandbox
) -> None:
    trade = placed(shopper, shelf[0])
    attempt = shopper.begin_payment(trade["intent_id"])
    sandbox.switch(attempt, callbacks="lost")
    shopper.page(attempt).press("pay")

    assert shopper.ask("POST", f"/api/payments/{trade['intent_id']}/check")["state"] == "success"
    assert shopper.wait(trade["id"], "paid")["orders"][0]["pay_status"] == "paid"


def test_two_callbacks_pay_once(shopper: Shopper, shelf: list[Article], sandbox: Sandbox) -> None:
    trade = placed(shopper, shelf[0])
    attempt = shopper.begin_payment(trade["intent_id"])
    sandbox.switch(attempt, callbacks="double")
    shopper.page(attempt).press("pay")

    shopper.wait(trade["id"], "paid")
    payment = shopper.ask("GET", f"/api/payments/{trade['intent_id']}")
    assert (payment["state"], payment["refunded"]["amount"]) == ("success", 0)


def test_what_is_paid_twice_goes_back_once(shopper: Shopper, shelf: list[Article]) -> None:
    trade = placed(shopper, shelf[0])
    first, second = (shopper.begin_payment(trade["intent_id"]) for _ in range(2))
    pages = [shopper.page(attempt) for attempt in (first, second)]
    for page in pages:
        page.press("pay")
    shopper.wait(trade["id"], "paid")

    eventually(lambda: _refunded(shopper, trade) == [trade["due"]["amount"]])


def test_money_that_comes_for_a_cancelled_trade_goes_back(
    shopper: Shopper, shelf: list[Article], sandbox: Sandbox
) -> None:
    trade = placed(shopper, shelf[0])
    attempt = shopper.begin_payment(trade["intent_id"])
    assert attempt
    raise NotImplementedError(sandbox, LocalError)


def test_a_wrong_amount_changes_nothing_until_an_operator_sends_it_back(
    mall: LocalMall, shopper: Shopper, shelf: list[Article], sandbox: Sandbox
) -> None:
    trade, operator = placed(shopper, shelf[0]), staff(mall, "operator")
    attempt = shopper.begin_payment(trade["intent_id"])
    sandbox.switch(attempt, callbacks="wrong_amount")
    shopper.page(attempt).press("pay")

    def held() -> Any:
        found = operator("GET", "/api/admin/payment-exceptions")["items"]
        return next((one for one in found if one["attempt_id"] == attempt["attempt_id"]), None)

    exception = eventually(held)
    assert exception["kind"] == "wrong_amount"
    assert shopper.trade(trade["id"])["stage"] == "awaiting_payment"
    resolved = operator(
        "POST",
        f"/api/admin/payment-exceptions/{exception['id']}/resolve",
        {"action": "note", "reason": "asked the provider"},
    )
    assert resolved["resolved_at"]


def _refunded(shopper: Shopper, trade: dict[str, Any]) -> list[int]:
    raise NotImplementedError
