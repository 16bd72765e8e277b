"""Orders and the wallet: what they look like, what may be done, and that they stay up to date."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, reload, until
from tests.browser.people import CODE, PASSWORD, Refused
from tests.browser.site import Storefront
from tests.browser.test_accessibility import faults
from tests.browser.test_account import write
from tests.browser.test_cart import some


def ordered(shop: Storefront, status: str, **changes: object) -> str:
    """An order in a status; its id."""
    if not shop.people.addresses:
        shop.people.add_address()
    id: str = shop.trade.add_order(*some(shop, 1), status=status, **changes)["id"]
    return id


def open_order(visit: Visit, id: str) -> Page:
    return visit(f"/en/order/?id={id}", signed=True)


def again(page: Page) -> None:
    """As if somebody came back to the page."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


# ── The list ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_orders_are_listed_by_status(shop: Storefront, visit: Visit) -> None:
    for status in ("completed", "shipped", "partially_shipped", "paid", "pending_payment"):
        ordered(shop, status)
    page = visit("/en/orders/", signed=True)
    expect(page.locator(".order-card")).to_have_count(5)

    page.get_by_role("navigation", name="By status").get_by_role("link", name="On its way").click()

    expect(page.locator(".order-card")).to_have_count(2)
    expect(page.locator(".order-card .mark")).to_have_text(["Partly shipped", "On its way"])
    assert page.url.endswith("/en/orders/?status=shipped")
    reload(page)
    expect(page.locator(".order-card")).to_have_count(2)


def test_the_list_goes_on_with_a_button(shop: Storefront, visit: Visit) -> None:
    for _ in range(13):
        ordered(shop, "completed")
    page = visit("/en/orders/", signed=True)
    expect(page.locator(".order-card")).to_have_count(10)

    page.get_by_role("button", name="Show more").click()

    expect(page.locator(".order-card")).to_have_count(13)
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)


def test_who_has_no_orders_is_led_to_the_shop(visit: Visit) -> None:
    page = visit("/en/orders/", signed=True)

    expect(page.get_by_text("No orders here")).to_be_visible()


def test_a_list_follows_what_happens_without_being_loaded_again(shop: Storefront, visit: Visit) -> None:
    ordered(shop, "paid")
    page = visit("/en/orders/", signed=True)
    expect(page.locator(".order-card .mark")).to_have_text("To be shipped")

    shop.trade.move(shop.trade.orders[0], "shipped")
    again(page)

    expect(page.locator(".order-card .mark")).to_have_text("On its way")


# ── One order ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_order_shows_where_it_goes_what_it_cost_and_what_happened(shop: Storefront, visit: Visit) -> None:
    page = open_order(visit, ordered(shop, "shipped"))

    expect(page.get_by_role("heading", name="On its way")).to_be_visible()
    expect(page.get_by_text("广东省深圳市南山区深南大道10000号")).to_be_visible()
    expect(page.locator(".timeline li")).to_have_count(3)
    expect(page.locator(".steps .is-done")).to_have_count(3)
    expect(page.locator(".due")).to_contain_text("Taken for received on")


def test_only_what_the_mall_allows_is_offered_and_the_rest_has_its_reason(shop: Storefront, visit: Visit) -> None:
    page = open_order(visit, ordered(shop, "shipped"))

    acts = page.locator(".order-acts :is(button, a)")
    expect(acts).to_have_text(["More time to receive it", "Confirm receipt", "Buy again"])
    page.get_by_text("What is not possible now, and why").click()
    expect(page.locator(".reasons")).to_contain_text("Cancel order It is on its way.")


@pytest.mark.parametrize(
    ("status", "act", "path", "then"),
    [
        ("shipped", "Confirm receipt", "confirm-receipt", "Completed"),
        ("shipped", "More time to receive it", "postpone-receipt", "On its way"),
        ("paid", "Cancel order", "cancel", "Being cancelled"),
        ("pending_payment", "Cancel order", "cancel", "Cancelled"),
    ],
)
def test_an_act_is_asked_about_done_and_seen(
    status: str, act: str, path: str, then: str, shop: Storefront, visit: Visit
) -> None:
    id = ordered(shop, status)
    page = open_order(visit, id)

    page.get_by_role("button", name=act).click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel", exact=True).click()
    assert [asked for asked in shop.asked if asked.path.endswith(path)] == []
    page.get_by_role("button", name=act).click()
    page.get_by_role("dialog").locator("[type=submit]").click()

    # Being put off changes no heading, so the heading alone would not tell that it was asked.
    until(lambda: ("POST", f"/api/orders/{id}/{path}") in [(asked.method, asked.path) for asked in shop.asked], page)
    expect(page.get_by_role("heading", level=2, name=then, exact=True)).to_be_visible()


def test_a_cancellation_is_withdrawn(shop: Storefront, visit: Visit) -> None:
    page = open_order(visit, ordered(shop, "cancelling", pay_status="paid"))

    page.get_by_role("button", name="Keep the order").click()

    expect(page.get_by_role("heading", level=2, name="To be shipped")).to_be_visible()


def test_a_delivery_is_postponed_to_a_day(shop: Storefront, visit: Visit) -> None:
    id = ordered(shop, "paid")
    page = open_order(visit, id)
    page.get_by_role("button", name="Deliver later").click()
    field = page.get_by_label("Not before")
    day = field.get_attribute("max")
    assert day is not None

    field.fill(day)
    page.get_by_role("button", name="Postpone").click()

    expect(page.get_by_text(f"Not before {day}")).to_be_visible()


def test_a_refusal_of_an_act_is_told_with_its_reason(shop: Storefront, visit: Visit) -> None:
    id = ordered(shop, "shipped")
    shop.refusing["POST", f"/api/orders/{id}/postpone-receipt"] = Refused(
        409, "Refused", details={"reason": "postponed_before"}
    )
    page = open_order(visit, id)

    page.get_by_role("button", name="More time to receive it").click()
    page.get_by_role("button", name="Postpone").click()

    expect(page.locator("#toast")).to_have_text("It was postponed as often as it may be.")


# ── Another address ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_order_that_is_not_sent_goes_to_another_address_of_the_book(shop: Storefront, visit: Visit) -> None:
    id = ordered(shop, "paid")
    shop.people.add_address(recipient="韩梅梅", lines=["科苑路15号"])
    page = open_order(visit, id)

    page.get_by_role("button", name="Change address").click()
    expect(page.get_by_role("dialog").get_by_role("radio", name="林小满")).to_be_checked()
    page.get_by_role("radio", name="韩梅梅").check()
    page.get_by_role("button", name="Send it there").click()

    expect(page.locator("#toast")).to_have_text("The order goes there now")
    expect(page.get_by_role("region", name="Delivered to")).to_contain_text("科苑路15号")
    expect(page.locator(".timeline li").first).to_contain_text("Address changed")
    (sent,) = [asked for asked in shop.asked if asked.method == "PUT"]
    assert (sent.path, sent.body) == (f"/api/orders/{id}/address", {"address_id": "adr_2"})


def test_an_order_that_waits_for_its_payment_goes_to_an_address_that_is_written_for_it(
    shop: Storefront, visit: Visit
) -> None:
    page = open_order(visit, ordered(shop, "pending_payment"))
    page.get_by_role("button", name="Change address").click()
    page.get_by_role("radio", name="A new address").check()
    page.get_by_role("button", name="Send it there").click()

    write(page, Recipient="韩梅梅")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()

    expect(page.get_by_role("region", name="Delivered to")).to_contain_text("韩梅梅")
    assert len(shop.people.addresses) == 2


def test_who_has_no_address_any_more_writes_one(shop: Storefront, visit: Visit) -> None:
    id = ordered(shop, "paid")
    shop.people.addresses.clear()
    page = visit(f"/order/?id={id}", signed=True)

    page.get_by_role("button", name="修改地址").click()

    expect(page.get_by_role("dialog", name="新增地址")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="修改地址")).to_be_focused()
    assert [asked for asked in shop.asked if asked.method == "PUT"] == []


def test_what_was_sent_meanwhile_stays_on_its_way_to_where_it_was_sent(shop: Storefront, visit: Visit) -> None:
    page = open_order(visit, ordered(shop, "paid"))
    before = dict(shop.trade.orders[0]["address"])
    shop.people.add_address(recipient="韩梅梅")
    shop.trade.move(shop.trade.orders[0], "shipped")

    page.get_by_role("button", name="Change address").click()
    page.get_by_role("radio", name="韩梅梅").check()
    page.get_by_role("button", name="Send it there").click()

    expect(page.locator("#toast")).to_have_text("It is on its way.")
    assert shop.trade.orders[0]["address"] == before


def test_whether_an_address_can_be_changed_is_said_with_the_reason(shop: Storefront, visit: Visit) -> None:
    page = open_order(visit, ordered(shop, "shipped"))

    expect(page.get_by_role("button", name="Change address")).to_have_count(0)
    page.get_by_text("What is not possible now, and why").click()
    expect(page.locator(".reasons")).to_contain_text("Change address It is on its way.")


@pytest.mark.parametrize("home", ["/", "/en/"])
def test_the_choice_of_an_address_is_usable_by_everybody(home: str, shop: Storefront, visit: Visit) -> None:
    id = ordered(shop, "paid")
    shop.people.add_address(recipient="韩梅梅")
    page = visit(f"{home}order/?id={id}", signed=True, phone=True)

    page.locator(f"#modify_address-{id}").tap()
    expect(page.get_by_role("dialog").get_by_role("radio")).to_have_count(3)

    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).not_to_be_empty()


# ── Invoices, buying again, and the end ─────────────────────────────────────────────────────────────────────────────


def test_an_invoice_for_a_company_takes_its_tax_number(shop: Storefront, visit: Visit) -> None:
    id = ordered(shop, "paid")
    page = open_order(visit, id)
    page.get_by_role("button", name="Ask for an invoice").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Tax number")).to_be_hidden()
    dialog.get_by_label("For", exact=True).select_option("A company")
    dialog.get_by_label("Name on the invoice").fill("清风茶业有限公司")
    dialog.get_by_label("Tax number").fill("91330100MA0000000X")

    dialog.locator("[type=submit]").click()

    expect(page.locator("#toast")).to_have_text("The invoice was asked for")
    assert shop.trade.invoices[id] == {
        "kind": "company", "title": "清风茶业有限公司", "tax_number": "91330100MA0000000X", "email": "",
    }  # fmt: skip


def test_buying_again_fills_the_cart(shop: Storefront, visit: Visit) -> None:
    page = open_order(visit, ordered(shop, "completed"))

    page.get_by_role("button", name="Buy again").click()

    page.wait_for_url("**/en/cart/")
    expect(page.locator(".cart-line")).to_have_count(1)


def test_an_order_that_is_over_is_taken_out_of_ones_view(shop: Storefront, visit: Visit) -> None:
    page = open_order(visit, ordered(shop, "completed"))

    page.get_by_role("button", name="Remove order").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove order").click()

    page.wait_for_url("**/en/orders/")
    assert shop.trade.orders == []


def test_money_that_goes_back_is_followed(shop: Storefront, visit: Visit) -> None:
    id = ordered(shop, "cancelled")
    refund = shop.trade.add_refund(shop.trade.orders[0])
    page = open_order(visit, id)
    expect(page.locator(".refund [aria-current=step]")).to_have_text("On its way")

    refund["state"] = "success"
    again(page)

    expect(page.locator(".refund [aria-current=step]")).to_have_text("Arrived")


def test_an_order_follows_what_happens_without_being_loaded_again(shop: Storefront, visit: Visit) -> None:
    page = open_order(visit, ordered(shop, "paid"))

    shop.trade.move(shop.trade.orders[0], "shipped")
    again(page)

    expect(page.get_by_role("heading", name="On its way")).to_be_visible()


def test_an_answer_that_was_overtaken_by_a_newer_one_is_not_shown(shop: Storefront, visit: Visit) -> None:
    id = ordered(shop, "paid")
    page = open_order(visit, id)
    old = shop.hold("GET", f"/api/orders/{id}")
    again(page)
    until(lambda: not shop.held, page)
    page.get_by_role("button", name="Cancel order").click()
    page.get_by_role("dialog").locator("[type=submit]").click()
    expect(page.get_by_role("heading", name="Being cancelled")).to_be_visible()

    with page.expect_response(f"**/api/orders/{id}?**") as answer:
        old.set()
    answer.value.finished()

    expect(page.get_by_role("heading", name="Being cancelled")).to_be_visible()


def test_who_comes_back_again_and_again_asks_one_question_at_a_time(shop: Storefront, visit: Visit) -> None:
    path = f"/api/orders/{ordered(shop, 'paid')}"
    page = open_order(visit, path.rpartition("/")[2])

    def asked() -> int:
        return [one.path for one in shop.asked].count(path)

    before = asked()
    answer = shop.hold("GET", path)
    for _ in range(3):
        again(page)
    until(lambda: not shop.held, page)
    # What was asked at the same time has been heard by now.
    page.evaluate("async () => void (await fetch('/api/countries'))")
    assert asked() == before + 1

    answer.set()

    until(lambda: asked() == before + 2, page)


def test_an_order_of_somebody_else_is_not_there(visit: Visit) -> None:
    page = open_order(visit, "ord_elses")

    expect(page.get_by_role("alert").filter(visible=True)).to_be_visible()


# ── The wallet ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_wallet_shows_what_is_in_it_and_where_it_came_from(shop: Storefront, visit: Visit) -> None:
    shop.trade.add_entry("top_up", 30_000)
    shop.trade.add_entry("payment", -4_500)

    page = visit("/en/wallet/", signed=True)

    expect(page.locator("#balance")).to_have_text("CN¥255.00")
    expect(page.locator("#entries li").first).to_contain_text("−CN¥45.00")
    expect(page.locator("#entries li").nth(1)).to_contain_text("+CN¥300.00")


def test_a_top_up_is_paid_like_an_order_and_is_in_the_wallet(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/wallet/", signed=True)
    page.get_by_role("button", name="CN¥100.00").click()
    expect(page.get_by_label("Amount (CNY)")).to_have_value("100")
    page.locator("#top-up [type=submit]").click()
    page.wait_for_url("**/en/pay/?payment=pay_*")

    page.get_by_role("button", name="Pay CN¥100.00").click()

    page.wait_for_url("**/en/result/?payment=pay_*")
    page.get_by_role("link", name="To your wallet").click()
    expect(page.locator("#balance")).to_have_text("CN¥100.00")


@pytest.mark.parametrize("amount", ["", "0", "20000.01"])
def test_an_amount_that_cannot_be_put_in_is_refused_at_its_field(amount: str, visit: Visit) -> None:
    page = visit("/en/wallet/", signed=True)
    page.get_by_label("Amount (CNY)").fill(amount)

    page.locator("#top-up [type=submit]").click()

    expect(page.locator("#w-amount-error")).to_be_visible()
    expect(page.get_by_label("Amount (CNY)")).to_be_focused()


def test_a_payment_password_is_set_with_the_sign_in_password(shop: Storefront, visit: Visit) -> None:
    shop.trade.password_set = False
    page = visit("/en/wallet/", signed=True)
    page.get_by_text("Set payment password").click()
    page.get_by_label("New payment password").fill("12345")
    page.get_by_label("Your sign-in password").fill(PASSWORD)
    page.locator("#payment-password [type=submit]").click()
    expect(page.locator("#w-new-error")).to_have_text("The payment password is six digits.")
    page.get_by_label("New payment password").fill("123456")
    page.locator("#payment-password [type=submit]").click()
    expect(page.locator("#w-new-error")).to_contain_text("too easy to guess")

    page.get_by_label("New payment password").fill("802571")
    page.locator("#payment-password [type=submit]").click()

    expect(page.locator("#toast")).to_have_text("Your payment password is set")


def test_who_has_no_password_sets_it_with_a_code(shop: Storefront, visit: Visit) -> None:
    shop.people.profile["has_password"] = False
    page = visit("/en/wallet/", signed=True)
    page.get_by_text("Set payment password").click()
    page.get_by_label("New payment password").fill("802571")
    page.locator("#w-code").fill(CODE)

    page.locator("#payment-password [type=submit]").click()

    expect(page.locator("#toast")).to_have_text("Your payment password is set")
    (sent,) = [asked.body for asked in shop.asked if asked.path == "/api/wallet/password"]
    assert sent == {"password": "802571", "code": CODE}
