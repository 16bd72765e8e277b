"""From the cart to what is paid: the order is placed once, at the price that was seen."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, reload
from tests.browser.people import Refused
from tests.browser.site import Storefront
from tests.browser.test_cart import choose, some
from tests.browser.trade import PAYMENT_PASSWORD


@pytest.fixture
def wanted(shop: Storefront) -> list[str]:
    """Two things in the cart of somebody who has an address."""
    shop.people.add_address()
    found = some(shop, 2)
    shop.trade.carts.put(*found)
    return found


def place(page: Page) -> None:
    page.get_by_role("button", name="Place order").click()


def orders(shop: Storefront) -> list[dict[str, object]]:
    return [asked.body for asked in shop.asked if (asked.method, asked.path) == ("POST", "/api/orders")]


def total(shop: Storefront, skus: list[str]) -> int:
    return sum(shop.trade.carts.price(id) for id in skus)


# ── Checkout ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_order_is_placed_paid_and_confirmed(shop: Storefront, wanted: list[str], visit: Visit) -> None:
    page = visit("/en/checkout/", signed=True)
    expect(page.get_by_text("No coupon is available for this order.")).to_be_visible()
    page.get_by_label("Note to the shop").first.fill("Leave it with the porter")

    place(page)
    page.wait_for_url("**/en/pay/?trade=trd_*")
    page.get_by_role("button", name="Pay CN¥").click()

    page.wait_for_url("**/en/result/?trade=trd_*")
    expect(page.get_by_role("heading", name="Paid, thank you")).to_be_visible()
    (body,) = orders(shop)
    assert body["expected_total"] == {"amount": total(shop, wanted), "currency": "CNY"}
    assert (body["source"], body["cart_version"], body["address_id"]) == ("cart", 1, "adr_1")
    assert "Leave it with the porter" in body["notes"].values()
    expect(page.locator("#cart-count")).to_be_empty()


def test_buying_now_leaves_the_cart_alone(shop: Storefront, wanted: list[str], visit: Visit) -> None:
    page = visit("/en/p/prd_040/", signed=True)
    choose(page)
    page.get_by_label("Quantity").fill("2")
    page.get_by_role("button", name="Buy now").click()
    page.wait_for_url("**/en/checkout/?buy=now")

    place(page)
    page.wait_for_url("**/en/pay/**")

    (body,) = orders(shop)
    assert (body["source"], [line["quantity"] for line in body["lines"]]) == ("lines", [2])
    assert "cart_version" not in body
    assert set(shop.trade.carts.own) == set(wanted)


def test_a_guest_who_buys_signs_in_first_and_comes_back(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/p/prd_040/")
    choose(page)

    page.get_by_role("button", name="Buy now").click()

    page.wait_for_url("**/en/sign-in/?next=%2Fen%2Fcheckout%2F%3Fbuy%3Dnow")


def test_without_an_address_one_is_written_first(shop: Storefront, visit: Visit) -> None:
    shop.trade.carts.put(*some(shop, 1))
    page = visit("/en/checkout/", signed=True)
    place(page)
    expect(page.get_by_text("Choose or add an address.")).to_be_visible()
    expect(page.get_by_role("button", name="Add address")).to_be_focused()
    assert orders(shop) == []

    page.get_by_role("button", name="Add address").click()
    page.get_by_label("Recipient").fill("林小满")
    page.get_by_label("Phone number").fill("13800138000")
    for level, name in (("province", "广东省"), ("city", "深圳市"), ("district", "南山区")):
        page.locator(f"#a-{level}").select_option(name)
    page.get_by_label("Street address").fill("深南大道10000号")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()

    expect(page.get_by_role("radio", name="林小满")).to_be_checked()
    place(page)
    page.wait_for_url("**/en/pay/**")


def test_an_order_is_placed_once_however_often_it_is_sent(shop: Storefront, wanted: list[str], visit: Visit) -> None:
    shop.refusing["POST", "/api/orders"] = Refused(503, "Unavailable")
    page = visit("/en/checkout/", signed=True)
    place(page)
    expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("Something went wrong on our side.")
    shop.refusing.clear()

    reload(page)
    place(page)
    page.wait_for_url("**/en/pay/**")

    keys = {asked.headers["idempotency-key"] for asked in shop.asked if asked.path == "/api/orders"}
    assert len(orders(shop)) == 2
    assert len(keys) == 1


def test_another_order_has_another_key(shop: Storefront, wanted: list[str], visit: Visit) -> None:
    shop.refusing["POST", "/api/orders"] = Refused(503, "Unavailable")
    page = visit("/en/checkout/", signed=True)
    place(page)
    expect(page.get_by_role("alert").filter(visible=True)).to_be_visible()

    page.get_by_label("Note to the shop").first.fill("Another wish")
    place(page)
    expect(page.get_by_role("button", name="Place order")).to_be_enabled()

    keys = [asked.headers["idempotency-key"] for asked in shop.asked if asked.path == "/api/orders"]
    assert len(set(keys)) == 2


def test_two_presses_are_one_order(shop: Storefront, wanted: list[str], visit: Visit) -> None:
    page = visit("/en/checkout/", signed=True)

    page.evaluate(
        "() => { const form = document.getElementById('checkout'); form.requestSubmit(); form.requestSubmit(); }"
    )
    page.wait_for_url("**/en/pay/**")

    assert len(orders(shop)) == 1


def test_a_price_that_changed_is_shown_and_the_order_goes_on_at_the_new_one(
    shop: Storefront, wanted: list[str], visit: Visit
) -> None:
    page = visit("/en/checkout/", signed=True)
    before = total(shop, wanted)
    shop.trade.carts.prices[wanted[0]] = shop.trade.carts.price(wanted[0]) + 1000

    place(page)

    expect(page.locator("#checkout-problems")).to_contain_text(
        f"The total went from CN¥{before / 100:,.2f} to CN¥{(before + 1000) / 100:,.2f}."
    )
    expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("Something in your cart has just changed.")
    place(page)
    page.wait_for_url("**/en/pay/**")
    assert orders(shop)[-1]["expected_total"] == {"amount": before + 1000, "currency": "CNY"}


def test_what_sold_out_meanwhile_stops_the_order(shop: Storefront, wanted: list[str], visit: Visit) -> None:
    page = visit("/en/checkout/", signed=True)
    shop.trade.carts.available[wanted[0]] = 0

    place(page)

    expect(page.locator("#checkout-problems")).to_contain_text("Sold out.")
    expect(page.get_by_role("button", name="Place order")).to_be_disabled()
    expect(page.get_by_role("link", name="Change it in the cart")).to_be_visible()


def test_freight_and_discounts_are_shown_as_the_quote_has_them(
    shop: Storefront, wanted: list[str], visit: Visit
) -> None:
    shop.trade.carts.freight, shop.trade.carts.discount = 800, 2000

    page = visit("/checkout/", signed=True)

    expect(page.locator("#checkout-sums")).to_contain_text("运费¥8.00")
    expect(page.locator("#checkout-sums")).to_contain_text("新人立减−¥20.00")


def test_a_delivery_date_is_sent_with_the_order(shop: Storefront, wanted: list[str], visit: Visit) -> None:
    day = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    page = visit("/en/checkout/", signed=True)
    page.get_by_label("Not before").fill(day)

    place(page)
    page.wait_for_url("**/en/pay/**")

    assert orders(shop)[0]["delivery_date"] == day


# ── The wallet's part ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_wallet_pays_a_part_with_its_password(shop: Storefront, wanted: list[str], visit: Visit) -> None:
    shop.trade.add_entry("top_up", 1000)
    page = visit("/en/checkout/", signed=True)
    page.get_by_role("switch", name="Pay from your wallet").check()
    page.get_by_label("Payment password").fill("111111")
    place(page)
    expect(page.locator("#payment-password-error")).to_have_text("The payment password is not right.")
    page.get_by_label("Payment password").fill(PAYMENT_PASSWORD)

    place(page)
    page.wait_for_url("**/en/pay/**")

    due = (total(shop, wanted) - 1000) / 100
    expect(page.locator(".pay-due")).to_have_text(f"CN¥{due:,.2f}")
    assert orders(shop)[-1]["wallet_amount"] == {"amount": 1000, "currency": "CNY"}
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert PAYMENT_PASSWORD not in kept


def test_what_the_wallet_pays_in_full_needs_no_other_way(shop: Storefront, wanted: list[str], visit: Visit) -> None:
    shop.trade.add_entry("top_up", 1_000_000)
    page = visit("/en/checkout/", signed=True)
    page.get_by_role("switch", name="Pay from your wallet").check()
    page.get_by_label("Payment password").fill(PAYMENT_PASSWORD)

    place(page)

    page.wait_for_url("**/en/result/**")
    expect(page.get_by_role("heading", name="Paid, thank you")).to_be_visible()


def test_a_wallet_without_a_password_leads_to_setting_one(shop: Storefront, wanted: list[str], visit: Visit) -> None:
    shop.trade.add_entry("top_up", 1000)
    shop.trade.password_set = False

    page = visit("/en/checkout/", signed=True)

    expect(page.locator("#checkout-wallet").get_by_role("link")).to_have_attribute("href", "/en/wallet/")


# ── Paying ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def paying(shop: Storefront, wanted: list[str], visit: Visit) -> Page:
    """The page on which an order is paid."""
    page = visit("/en/checkout/", signed=True)
    place(page)
    page.wait_for_url("**/en/pay/**")
    expect(page.get_by_role("button", name="Pay CN¥")).to_be_visible()
    return page


def test_while_stock_is_reserved_the_page_says_so(shop: Storefront, wanted: list[str], visit: Visit) -> None:
    shop.trade.placing_turns = 3
    page = visit("/en/checkout/", signed=True)

    place(page)

    expect(page.get_by_role("heading", name="Placing your order…")).to_be_visible()
    expect(page.get_by_role("button", name="Pay CN¥")).to_be_visible()


def test_what_sold_out_while_it_was_placed_is_told(shop: Storefront, wanted: list[str], visit: Visit) -> None:
    shop.trade.why_cancelled = "SoldOut"
    page = visit("/en/checkout/", signed=True)

    place(page)

    expect(page.get_by_text("Something sold out while you ordered. Nothing was charged.")).to_be_visible()


def test_the_time_left_is_the_malls_whatever_the_device_says(shop: Storefront, wanted: list[str], visit: Visit) -> None:
    page = visit("/en/checkout/", signed=True, fresh=True)
    place(page)
    page.wait_for_url("**/en/pay/**")
    page.clock.install(time=datetime.now(UTC) - timedelta(hours=7))

    reload(page)

    expect(page.get_by_role("timer")).to_have_text(re.compile(r"^(29|30):\d\d$"))


def test_more_time_to_pay_is_given_once(paying: Page) -> None:
    paying.get_by_role("button", name="More time to pay").click()
    paying.get_by_role("dialog").get_by_role("button", name="Postpone").click()

    expect(paying.get_by_role("timer")).to_contain_text("2:")
    expect(paying.get_by_role("button", name="More time to pay")).to_have_count(0)


def test_an_order_is_cancelled_instead_of_paid(paying: Page) -> None:
    paying.get_by_role("button", name="Cancel the order").click()
    paying.get_by_role("dialog").get_by_role("button", name="Cancel the order").click()

    expect(paying.get_by_text("Cancelled, as you wished.")).to_be_visible()


def test_a_code_is_scanned_on_a_desk_and_the_page_follows(shop: Storefront, paying: Page) -> None:
    shop.trade.channels = [{"channel": "wechatpay", "methods": ["page", "qr"]}]
    reload(paying)
    paying.get_by_role("button", name="Pay CN¥").click()
    expect(paying.get_by_role("dialog").get_by_role("img", name="QR code")).to_be_visible()

    (payment,) = shop.trade.payments
    shop.trade.pay(payment)

    paying.wait_for_url("**/en/result/**", timeout=15_000)


def test_a_phone_goes_to_the_page_of_who_is_paid(shop: Storefront, wanted: list[str], visit: Visit) -> None:
    page = visit("/en/checkout/", signed=True, phone=True)
    place(page)
    page.get_by_role("button", name="Pay CN¥").tap()

    page.wait_for_url("**/en/result/**")
    (attempt,) = next(iter(shop.trade.payments.values()))["attempts"]
    assert attempt["method"] == "page"


def test_a_payment_that_was_closed_meanwhile_says_why(shop: Storefront, paying: Page) -> None:
    next(iter(shop.trade.payments.values())).update(state="closed", reason="expired")

    paying.get_by_role("button", name="Pay CN¥").click()

    expect(paying.get_by_text("It was not paid in time.")).to_be_visible()


def test_a_channel_that_refuses_leaves_the_others(shop: Storefront, paying: Page) -> None:
    (payment,) = shop.trade.payments
    shop.refusing["POST", f"/api/payments/{payment}/attempts"] = Refused(409, "ChannelRefused")

    paying.get_by_role("button", name="Pay CN¥").click()

    expect(paying.locator("#toast")).to_have_text("This way to pay does not work at the moment. Take another.")
    expect(paying.get_by_role("button", name="Pay CN¥")).to_be_enabled()


def test_without_any_way_to_pay_the_page_says_so(shop: Storefront, paying: Page) -> None:
    shop.trade.channels = []

    reload(paying)

    expect(paying.get_by_text("There is no way to pay at the moment.")).to_be_visible()


def test_a_payment_that_is_not_known_yet_leads_back_after_a_while(shop: Storefront, paying: Page) -> None:
    shop.trade.pays_at_once = False
    paying.get_by_role("button", name="Pay CN¥").click()
    paying.wait_for_url("**/en/result/**")
    expect(paying.get_by_role("heading", name="Checking your payment…")).to_be_visible()

    expect(paying.get_by_role("link", name="Back to paying")).to_be_visible(timeout=20_000)

    (payment,) = shop.trade.payments
    shop.trade.pay(payment)
    expect(paying.get_by_role("heading", name="Paid, thank you")).to_be_visible(timeout=20_000)


def test_what_is_paid_already_is_not_paid_again(shop: Storefront, paying: Page) -> None:
    (payment,) = shop.trade.payments
    shop.trade.pay(payment)

    paying.reload()

    paying.wait_for_url("**/en/result/**")


def test_a_trade_of_somebody_else_is_not_shown(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/pay/?trade=trd_elses", signed=True)

    expect(page.get_by_role("alert").filter(visible=True)).to_be_visible()
