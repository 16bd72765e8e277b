"""What holds for every page about the visitor, with something on it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from infra.web import build
from tests.browser.conftest import Visit, reload
from tests.browser.site import Storefront
from tests.browser.test_accessibility import faults, faults_by_day_and_night
from tests.browser.test_cart import some
from tests.browser.test_pages import fits, html_of


def _full(shop: Storefront) -> None:
    """A life with some of everything."""
    shop.people.add_address(label="Office")
    shop.people.favourites = [("product", "prd_040"), ("product", "prd_gone")]
    shop.people.views = ["prd_040", "prd_001"]
    skus = some(shop, 4)
    shop.trade.carts.put(*skus[:2])
    shop.trade.carts.put(skus[2], saved=True)
    shop.trade.carts.discount, shop.trade.carts.freight = 500, 800
    shop.trade.add_entry("top_up", 30_000)
    for status in ("completed", "cancelled", "shipped", "paid", "pending_payment"):
        shop.trade.add_order(skus[3], status=status)
    shop.trade.add_refund(shop.trade.orders[-1])


def _waiting(shop: Storefront) -> str:
    """A trade that waits for its payment."""
    shop.trade.placing_turns = 0
    quote = shop.trade.carts.quote(None, "en")
    trade = shop.trade.open_trade(quote)
    return f"trade={trade}"


PAGES: dict[str, Callable[[Storefront], str]] = {
    "account": lambda _: "account/",
    "security": lambda _: "account/security/",
    "addresses": lambda _: "account/addresses/",
    "favourites": lambda _: "account/favourites/",
    "history": lambda _: "account/history/",
    "wallet": lambda _: "wallet/",
    "cart": lambda _: "cart/",
    "checkout": lambda _: "checkout/",
    "orders": lambda _: "orders/",
    "order": lambda shop: f"order/?id={shop.trade.orders[-1]['id']}",
    "pay": lambda shop: f"pay/?{_waiting(shop)}",
}
each_page = pytest.mark.parametrize("name", PAGES)


# Layouts are the same in every language, and texts are not: one is looked at on a desk, the other on a phone.
NARROW: ViewportSize = {"width": 320, "height": 640}
_MOVED = """() => new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => resolve(sum), 300);
})"""


def opened(shop: Storefront, visit: Visit, name: str, home: str = "/en/", **seen: object) -> Page:
    _full(shop)
    return visit(home + PAGES[name](shop), signed=True, **seen)


@each_page
def test_a_page_is_usable_on_a_desk_by_day_and_night_and_as_narrow_as_can_be(
    name: str, shop: Storefront, visit: Visit
) -> None:
    page = opened(shop, visit, name)

    assert faults_by_day_and_night(page) == []
    page.set_viewport_size(NARROW)
    assert fits(page), "it is wider than the narrowest phone"


@each_page
def test_a_page_is_usable_on_a_phone_and_does_not_jump_while_it_fills(
    name: str, shop: Storefront, visit: Visit
) -> None:
    page = opened(shop, visit, name, "/", phone=True)

    assert page.evaluate(_MOVED) < 0.1
    assert faults(page, "on a phone:") == []
    page.set_viewport_size(NARROW)
    assert fits(page), "it is wider than the narrowest phone"


@each_page
def test_without_scripts_a_page_has_it_that_it_needs_them(name: str, shop: Storefront) -> None:
    path = {"order": "order/", "pay": "pay/"}.get(name) or PAGES[name](shop)

    for locale, home in build.LOCALES.items():
        said = build.texts(locale)["own.needs_script"]
        assert f'<p class="notice without-script">{said}</p>' in html_of(shop, home + path)


# One for each frame.
@pytest.mark.parametrize("path", ["/en/cart/", "/en/account/"])
def test_without_scripts_a_page_says_that_it_needs_them(path: str, visit: Visit) -> None:
    page = visit(path, java_script_enabled=False)

    expect(page.get_by_text("This page needs JavaScript.")).to_be_visible()
    expect(page.locator("main [aria-busy=true]").filter(visible=True)).to_have_count(0)


@pytest.mark.parametrize("name", [name for name in PAGES if name != "cart"])
def test_who_is_not_signed_in_is_sent_to_the_door(name: str, visit: Visit) -> None:
    path = {"order": "order/", "pay": "pay/"}.get(name) or PAGES[name](None)  # type: ignore[arg-type]
    page = visit(f"/en/{path}")

    page.wait_for_url("**/en/sign-in/?next=**")


def test_a_dialog_is_closed_with_escape_and_gives_the_focus_back(shop: Storefront, visit: Visit) -> None:
    page = opened(shop, visit, "addresses")
    button = page.get_by_role("button", name="Add address")
    button.press("Enter")
    expect(page.get_by_label("Recipient")).to_be_focused()
    assert faults(page) == []

    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(button).to_be_focused()


def test_a_page_that_was_visited_opens_without_a_network_and_says_why_it_is_empty(
    shop: Storefront, visit: Visit
) -> None:
    page = visit("/en/cart/", signed=True, workers=True)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    reload(page)

    page.context.set_offline(True)
    page.reload(wait_until="load")
    expect(page.get_by_role("alert").filter(visible=True)).to_be_visible()
    # A page may hear later than it is loaded that there is no network.
    page.wait_for_function("() => !navigator.onLine")
    page.get_by_role("button", name="Try again").click()

    expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("You are offline.")


def test_targets_are_large_enough_for_a_thumb(shop: Storefront, visit: Visit) -> None:
    page = opened(shop, visit, "cart", phone=True)

    small = page.evaluate("""() => [...document.querySelectorAll("main button, .pick, .bar a, .top-link")]
        .filter(one => one.checkVisibility())
        .map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
        .filter(([, { width, height }]) => width < 40 || height < 40)
        .map(([html]) => html)""")

    assert small == []
