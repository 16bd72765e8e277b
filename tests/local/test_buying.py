"""Everything a shopper does on the way from a cart to a paid order and back, in the deployed mall.

What these show and no other rung can: that each function on that way has the permissions and settings that its code
needs, and that gateway, state machine, queues, streams, provider and callback are tied together as the templates say.
What providers do at their worst is in `test_providers.py`, a hundred buyers of twenty things in `test_rush.py`.
"""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from infra.local.shopper import ADDRESS, PASSWORD, Shopper
from tests.local.buyers import Article, articles, bought, newcomers, placed, refused
from tests.local.conftest import LocalMall
from tests.local.deadlines import run_out
from tests.local.operations import every_operation_is_used
from tests.local.test_people import eventually, staff

PLENTY = 500
DIGITS = "271828"


@pytest.fixture(autouse=True, scope="module")
def _every_operation(request: pytest.FixtureRequest) -> Iterator[None]:
    with every_operation_is_used(request, "cart", "inventory", "orders", "wallet"):
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


def key() -> str:
    return uuid.uuid4().hex


# ── The cart ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_guests_cart_is_changed_and_goes_along_with_whoever_signs_in(mall: LocalMall, shelf: list[Article]) -> None:
    first, second = shelf
    guest = Shopper(mall.visitor)
    for article in shelf:
        guest.add(article.product_id, article.sku_id)
    line = f"/api/cart/lines/{first.sku_id}"

    assert guest.ask("PATCH", line, {"quantity": 3})["count"] == 4
    assert [one["sku_id"] for one in guest.ask("PATCH", line, {"saved": True})["saved"]] == [first.sku_id]
    assert guest.ask("PATCH", line, {"saved": False})["saved"] == []
    assert guest.ask("PUT", "/api/cart/selection", {"selected": False})["quote"]["total"]["amount"] == 0
    assert guest.ask("PUT", "/api/cart/selection", {"selected": True})["quote"]["total"]["amount"] > 0
    assert guest.ask("DELETE", f"/api/cart/lines/{second.sku_id}")["count"] == 3
    assert Shopper(mall.visitor).cart()["count"] == 0

    guest.register()
    merged = guest.merge()

    assert {one["sku_id"]: one["quantity"] for group in merged["groups"] for one in group["lines"]} == {first.sku_id: 3}
    assert guest.cart()["count"] == 3
    guest.ask("DELETE", "/api/cart")
    assert guest.cart()["count"] == 0


# ── Ordering and paying ─────────────────────────────────────────────────────────────────────────────────────────────


def test_goods_of_two_merchants_become_two_paid_orders_and_leave_the_cart_and_the_stock(
    shopper: Shopper, shelf: list[Article]
) -> None:
    before = [article.available() for article in shelf]
    for article in shelf:
        shopper.add(article.product_id, article.sku_id, 2)
    quote = shopper.quote()
    wish, once = shopper.wish(quote), key()
    trade = shopper.ask("POST", "/api/orders", wish, Idempotency_Key=once)
    again = shopper.ask("POST", "/api/orders", wish, Idempotency_Key=once)
    trade = shopper.wait(trade["id"], "awaiting_payment")

    assert again["id"] == trade["id"]
    assert trade["due"] == quote["total"]
    shopper.pay(trade["intent_id"])
    trade = shopper.wait(trade["id"], "paid")

    assert [order["status"] for order in trade["orders"]] == ["paid", "paid"]
    orders = [shopper.ask("GET", f"/api/orders/{order['id']}") for order in trade["orders"]]
    assert sum(order["payable"]["amount"] for order in orders) == quote["total"]["amount"]
    assert {order["address"]["recipient"] for order in orders} == {ADDRESS["recipient"]}
    assert {order["id"] for order in shopper.orders("?status=paid")} == {order["id"] for order in orders}
    eventually(lambda: shopper.cart()["count"] == 0)
    eventually(lambda: [article.available() for article in shelf] == [stock - 2 for stock in before])


def test_what_changed_since_the_quote_is_told_and_nothing_is_ordered(shopper: Shopper, shelf: list[Article]) -> None:
    article = shelf[0]
    shopper.add(article.product_id, article.sku_id)
    quote = shopper.quote()
    article.price(quote["total"]["amount"] + 100)

    reply = shopper.try_to("POST", "/api/orders", shopper.wish(quote), Idempotency_Key=key())
    article.price(quote["total"]["amount"])

    assert (reply.status, reply.code) == (409, "CartChanged")
    assert reply.body["Details"]["total"]["amount"] == quote["total"]["amount"] + 100
    assert shopper.orders() == []


def test_an_unpaid_trade_is_postponed_once_and_cancelled_and_its_stock_is_back(
    mall: LocalMall, shopper: Shopper, shelf: list[Article]
) -> None:
    before = [article.available() for article in shelf]
    trade = placed(shopper, *shelf, quantity=3)
    attempt = shopper.begin_payment(trade["intent_id"])
    path = f"/api/trades/{trade['id']}"
    postponed = shopper.ask("POST", f"{path}/postpone")
    stranger = newcomers(mall.description, 1)[0]

    assert postponed["pay_deadline"] > trade["pay_deadline"]
    assert refused(shopper, "POST", f"{path}/postpone")[0] == 409
    assert refused(stranger, "GET", path) == (404, "TradeNotFound")
    assert [article.available() for article in shelf] == [stock - 3 for stock in before]
    shopper.cancel(trade["id"])
    trade = shopper.wait(trade["id"], "cancelled")

    assert {order["status"] for order in trade["orders"]} == {"cancelled"}
    assert "pay" not in shopper.page(attempt).buttons
    begin = ("POST", f"/api/payments/{trade['intent_id']}/attempts", {"channel": "sandbox"})
    assert refused(shopper, *begin) == (409, "IntentClosed")
    eventually(lambda: [article.available() for article in shelf] == before)
    order = trade["orders"][0]["id"]
    shopper.ask("DELETE", f"/api/orders/{order}")
    assert order not in [one["id"] for one in shopper.orders()]


def test_a_trade_that_is_not_paid_in_time_is_over_and_its_stock_is_back(
    mall: LocalMall, shopper: Shopper, shelf: list[Article]
) -> None:
    before = [article.available() for article in shelf]
    trade = placed(shopper, *shelf)

    run_out(mall, trade["id"], "pay")

    assert shopper.wait(trade["id"], "cancelled")["reason"] == "expired"
    eventually(lambda: [article.available() for article in shelf] == before)


# ── After the payment ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_paid_order_is_sent_later_and_elsewhere_invoiced_and_bought_again_but_not_received_yet(
    shopper: Shopper, shelf: list[Article]
) -> None:
    order = bought(shopper, shelf[0])["orders"][0]["id"]
    path, day = f"/api/orders/{order}", (datetime.now(UTC) + timedelta(days=5)).date().isoformat()

    later = shopper.ask("POST", f"{path}/postpone-delivery", {"delivery_date": day})
    office = shopper.ask("POST", "/api/users/me/addresses", ADDRESS | {"lines": ["天目山路 1 号"]})["id"]
    elsewhere = shopper.ask("PUT", f"{path}/address", {"address_id": office})
    shopper.ask("POST", f"{path}/invoice", {"kind": "personal", "title": "林晓"})
    again = shopper.ask("POST", f"{path}/buy-again", Idempotency_Key=key())

    assert later["delivery_date"] == day
    assert elsewhere["address"]["lines"] == ["天目山路 1 号"]
    assert refused(shopper, "POST", f"{path}/invoice", {"kind": "personal", "title": "林晓"})[0] == 409
    assert refused(shopper, "POST", f"{path}/confirm-receipt") == (409, "Refused")
    assert refused(shopper, "POST", f"{path}/postpone-receipt") == (409, "Refused")
    assert [(line["sku_id"], line["problem"]) for line in again["items"]] == [(shelf[0].sku_id, None)]
    assert shopper.cart()["count"] == 1


def test_a_paid_order_is_cancelled_its_money_goes_back_and_its_goods_are_sold_again(
    mall: LocalMall, shopper: Shopper, shelf: list[Article]
) -> None:
    before = shelf[0].available()
    trade = bought(shopper, shelf[0], quantity=2)
    order = trade["orders"][0]["id"]
    path = f"/api/orders/{order}"

    assert shopper.ask("POST", f"{path}/cancel", {"reason": "changed_mind"})["status"] == "cancelling"
    assert shopper.ask("POST", f"{path}/withdraw-cancel")["status"] == "paid"
    shopper.ask("POST", f"{path}/cancel", {"reason": "changed_mind"})
    # The merchant does not answer.
    run_out(mall, order, "agree")

    eventually(lambda: shopper.ask("GET", path)["status"] == "cancelled")
    refund = shopper.ask("GET", f"{path}/refunds")["items"][0]
    assert (refund["state"], refund["amount"]) == ("success", trade["due"])
    assert shopper.ask("GET", f"/api/refunds/{refund['id']}")["parts"][0]["channel"] == "sandbox"
    assert shopper.ask("GET", f"/api/payments/{trade['intent_id']}")["state"] == "refunded"
    eventually(lambda: shelf[0].available() == before)


# ── The wallet ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_wallet_is_topped_up_and_pays_a_part_or_all_of_an_order(mall: LocalMall, shelf: list[Article]) -> None:
    shopper, article = Shopper(mall.visitor), shelf[0]
    shopper.register()
    lines = [article.line]
    price = shopper.quote(lines)["total"]
    half = {"amount": price["amount"] // 2, "currency": "CNY"}
    wanted = {"amount": {"amount": price["amount"] + half["amount"], "currency": "CNY"}}
    top_up = shopper.ask("POST", "/api/wallet/top-ups", wanted, Idempotency_Key=key())
    shopper.pay(top_up["id"])
    eventually(lambda: shopper.ask("GET", "/api/wallet")["balance"] == wanted["amount"])
    shopper.ask("PUT", "/api/wallet/password", {"password": DIGITS, "login_password": PASSWORD})

    wrong = shopper.wish(shopper.quote(lines), lines, wallet_amount=half, payment_password="314159")
    assert refused(shopper, "POST", "/api/orders", wrong, Idempotency_Key=key())[1] == "PaymentPasswordWrong"
    part = placed(shopper, article, wallet_amount=half, payment_password=DIGITS)
    assert part["due"]["amount"] == price["amount"] - half["amount"]
    assert shopper.ask("GET", "/api/wallet")["held"] == half
    shopper.pay(part["intent_id"])
    shopper.wait(part["id"], "paid")
    whole = placed(shopper, article, wallet_amount=price, payment_password=DIGITS)
    whole = shopper.wait(whole["id"], "paid")

    assert (whole["due"]["amount"], whole["intent_id"]) == (0, None)
    wallet = shopper.ask("GET", "/api/wallet")
    assert (wallet["balance"]["amount"], wallet["held"]["amount"]) == (0, 0)
    entries = shopper.ask("GET", "/api/wallet/entries")["items"]
    assert sum(entry["amount"]["amount"] for entry in entries) == 0
    assert {entry["kind"] for entry in entries} == {"top_up", "payment"}

    # What is spent is refused while the payment is opened, and the trade is over.
    stock = article.available()
    wish = shopper.wish(shopper.quote(lines), lines, wallet_amount=half, payment_password=DIGITS)
    spent = shopper.ask("POST", "/api/orders", wish, Idempotency_Key=key())
    assert shopper.wait(spent["id"], "cancelled")["reason"] == "WalletTooLow"
    eventually(lambda: article.available() == stock)


# ── The merchant's stock ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_merchant_counts_adjusts_and_watches_stock_and_shoppers_wait_for_it(
    mall: LocalMall, shopper: Shopper
) -> None:
    article = articles(mall.description, merchants=1, each=3)[0]
    shop, operator = article.shop, staff(mall, "operator")
    stock, waiting = (
        f"/api/merchant/stock/{article.sku_id}",
        f"/api/products/{article.product_id}/restock-notices/{article.sku_id}",
    )
    place = shop.ask("POST", "/api/merchant/warehouses", {"name": "广州仓"}, Idempotency_Key=key())["id"]
    shop.ask("PATCH", f"/api/merchant/warehouses/{place}", {"name": "广州二仓"})
    assert (place, "广州二仓") in [
        (one["id"], one["name"]) for one in shop.ask("GET", "/api/merchant/warehouses")["items"]
    ]

    count = {"sku_id": article.sku_id, "on_hand": 0}
    taken = shop.ask("POST", "/api/merchant/stock-takes", {"counts": [count]}, Idempotency_Key=key())
    assert (taken["items"][0]["available"], taken["refused"]) == (0, [])
    shopper.ask("POST", waiting)
    assert article.sku_id in [one["sku_id"] for one in shopper.ask("GET", "/api/users/me/restock-notices")["items"]]
    adjusted = shop.ask(
        "POST",
        f"{stock}/adjustments",
        {"quantity": 4, "reason": "a box was found", "warehouse_id": place},
        Idempotency_Key=key(),
    )
    assert adjusted["available"] == 4
    assert shop.ask("PUT", f"{stock}/threshold", {"low": 10})["level"] == "low"

    eventually(
        lambda: article.sku_id in [one["sku_id"] for one in shop.ask("GET", "/api/merchant/stock?level=low")["items"]]
    )
    assert shop.ask("GET", stock)["on_hand"] == operator("GET", f"/api/admin/stock/{article.sku_id}")["on_hand"] == 4
    movements = shop.ask("GET", f"{stock}/movements")["items"]
    assert sum(one["on_hand"] for one in movements) == 4
    # Whoever waited is told once, and waits no longer.
    eventually(lambda: shopper.ask("GET", "/api/users/me/restock-notices")["items"] == [])
    shopper.ask("DELETE", waiting)
    shop.ask("PUT", f"{stock}/threshold", {"low": None})
    sold_off = {"quantity": -4, "reason": "the box went elsewhere", "warehouse_id": place}
    assert shop.ask("POST", f"{stock}/adjustments", sold_off, Idempotency_Key=key())["level"] == "out"
