"""The cart: from the product's page into it, and what can be done there."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, go, until
from tests.browser.people import LIN, PASSWORD, Refused
from tests.browser.site import Storefront

BOTTLE = "/en/p/prd_040/"


def sku(shop: Storefront, product: str = "prd_040") -> str:
    found: str = shop.catalogue.products[product].skus[0].id
    return found


def choose(page: Page) -> None:
    """Choose the first value of every option."""
    for group in page.locator("#options fieldset").all():
        group.locator("label").first.click()


def some(shop: Storefront, count: int = 3) -> list[str]:
    return [id for id in shop.trade.carts.skus if shop.trade.carts.most(id) > 5][:count]


# ── Putting things in ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_guest_puts_something_in_and_the_header_counts_it(shop: Storefront, visit: Visit) -> None:
    page = visit(BOTTLE)
    choose(page)
    page.get_by_role("button", name="One more").click()

    page.get_by_role("button", name="Add to cart").click()

    expect(page.locator("#buy-note")).to_contain_text("Added to your cart")
    expect(page.get_by_role("link", name="Cart, 2 items")).to_be_visible()
    page.get_by_role("link", name="View cart").click()
    expect(page.locator(".cart-line")).to_have_count(1)


def test_the_count_is_on_every_page_without_asking(shop: Storefront, visit: Visit) -> None:
    page = visit(BOTTLE)
    choose(page)
    page.get_by_role("button", name="Add to cart").click()
    expect(page.get_by_role("link", name="Cart, 1 items")).to_be_visible()
    shop.asked.clear()

    go(page, f"{shop.address}/en/help/delivery/")

    expect(page.locator("#cart-count")).to_have_text("1")
    assert shop.asked == []


def test_what_is_not_chosen_yet_gets_the_focus(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/p/prd_001/")

    page.get_by_role("button", name="Add to cart").click()

    expect(page.locator("#choice-note")).to_contain_text("Choose: ")
    expect(page.locator("#options input").first).to_be_focused()
    assert [asked.path for asked in shop.asked if asked.method == "POST"] == []


def test_more_than_there_are_is_refused_next_to_the_button(shop: Storefront, visit: Visit) -> None:
    page = visit(BOTTLE)
    choose(page)
    page.get_by_label("Quantity").fill("500")

    page.get_by_role("button", name="Add to cart").click()

    expect(page.locator("#buy-note")).to_have_text("There are not that many left. Take fewer, or choose another.")


def test_what_is_sold_out_cannot_be_bought(shop: Storefront, visit: Visit) -> None:
    for one in shop.catalogue.products["prd_040"].skus:
        shop.answers.offers[one.id] = {"state": "out"}

    page = visit(BOTTLE)

    expect(page.get_by_role("button", name="Add to cart")).to_be_disabled()
    expect(page.get_by_role("button", name="Buy now")).to_be_disabled()
    expect(page.locator("#buy-note")).to_have_text("Out of stock")


def test_a_guests_cart_is_merged_at_the_sign_in(shop: Storefront, visit: Visit) -> None:
    page = visit(BOTTLE)
    choose(page)
    page.get_by_role("button", name="Add to cart").click()
    expect(page.locator("#cart-count")).to_have_text("1")
    chosen = next(iter(next(iter(shop.trade.carts.guests.values()))))

    go(page, f"{shop.address}/en/sign-in/")
    page.locator("#f-identifier").fill(LIN)
    page.locator("#f-password").fill(PASSWORD)
    page.locator("#sign-in [type=submit]").click()
    page.wait_for_url("**/account/")

    assert list(shop.trade.carts.own) == [chosen]
    assert page.evaluate("localStorage.getItem('cart-token')") is None
    expect(page.locator("#cart-count")).to_have_text("1")


def test_a_token_that_leads_nowhere_is_forgotten(shop: Storefront, visit: Visit) -> None:
    page = visit(BOTTLE)
    page.evaluate("localStorage.setItem('cart-token', 'guest-of-long-ago')")
    choose(page)

    page.get_by_role("button", name="Add to cart").click()

    expect(page.locator("#cart-count")).to_have_text("1")
    assert page.evaluate("localStorage.getItem('cart-token')") == "guest-1"


def test_a_guest_who_has_nothing_is_told_so_without_asking(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/cart/")

    expect(page.get_by_text("Your cart is empty")).to_be_visible()
    assert shop.asked == []


# ── Changing it ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_quantity_is_changed_by_steps_and_by_typing(shop: Storefront, visit: Visit) -> None:
    (id,) = some(shop, 1)
    shop.trade.carts.put(id)
    page = visit("/en/cart/", signed=True)
    name = shop.trade.carts.skus[id][0].name["en"]

    more = page.get_by_role("button", name=f"One more of {name}")
    more.click()
    more.click()

    expect(page.get_by_role("link", name="Check out (3)")).to_be_visible()
    expect(more).to_be_focused()
    writes = [asked.body for asked in shop.asked if asked.method == "PATCH"]
    assert writes == [{"quantity": 3}]
    page.get_by_label(f"Quantity of {name}").fill("7")
    page.get_by_label(f"Quantity of {name}").press("Enter")
    expect(page.get_by_role("link", name="Check out (7)")).to_be_visible()


def test_a_press_is_not_lost_while_the_one_before_is_on_its_way(shop: Storefront, visit: Visit) -> None:
    (id,) = some(shop, 1)
    shop.trade.carts.put(id)
    page = visit("/en/cart/", signed=True)
    more, quantity = page.get_by_role("button", name="One more of"), page.locator(f"#n-{id}")
    first = shop.hold("PATCH", f"/api/cart/lines/{id}")
    more.click()
    until(lambda: not shop.held, page)
    second = shop.hold("PATCH", f"/api/cart/lines/{id}")

    more.click()
    first.set()
    expect(page.get_by_role("link", name="Check out (2)")).to_be_visible()
    expect(quantity).to_have_value("3")
    more.click()
    second.set()

    expect(page.get_by_role("link", name="Check out (4)")).to_be_visible()
    assert shop.trade.carts.own[id]["quantity"] == 4


def test_what_is_selected_is_what_it_comes_to(shop: Storefront, visit: Visit) -> None:
    one, other = some(shop, 2)
    shop.trade.carts.put(one, other)
    page = visit("/en/cart/", signed=True)

    page.locator(f"#p-{other}").uncheck()

    price = shop.trade.carts.price(one)
    expect(page.locator(".sum-total dd")).to_have_text(f"CN¥{price / 100:,.2f}")
    page.get_by_role("checkbox", name="Select everything", exact=True).check()
    expect(page.locator(f"#p-{other}")).to_be_checked()


def test_a_whole_shop_is_selected_at_once(shop: Storefront, visit: Visit) -> None:
    (id,) = some(shop, 1)
    shop.trade.carts.put(id, selected=False)
    page = visit("/en/cart/", signed=True)

    page.get_by_role("checkbox", name="Select everything of").check()

    expect(page.get_by_role("link", name="Check out (1)")).to_be_visible()
    (asked,) = [asked.body for asked in shop.asked if asked.method == "PUT"]
    assert asked == {"selected": True, "merchant_id": shop.trade.carts.skus[id][0].merchant_id}


def test_something_is_kept_for_later_and_comes_back(shop: Storefront, visit: Visit) -> None:
    (id,) = some(shop, 1)
    shop.trade.carts.put(id)
    page = visit("/en/cart/", signed=True)

    page.get_by_role("button", name="for later").click()
    expect(page.get_by_role("heading", name="Saved for later (1)")).to_be_visible()
    page.get_by_role("button", name="to the cart").click()

    expect(page.get_by_role("link", name="Check out (1)")).to_be_visible()


def test_a_line_is_removed(shop: Storefront, visit: Visit) -> None:
    shop.trade.carts.put(*some(shop, 2))
    page = visit("/en/cart/", signed=True)

    page.get_by_role("button", name="Remove ").first.click()

    expect(page.locator(".cart-line")).to_have_count(1)
    expect(page.locator("#toast")).to_have_text("Removed")


def test_the_cart_is_emptied_after_it_was_asked_about(shop: Storefront, visit: Visit) -> None:
    shop.trade.carts.put(*some(shop, 2))
    page = visit("/en/cart/", signed=True)

    page.get_by_role("button", name="Empty the cart").click()
    page.get_by_role("dialog").get_by_role("button", name="Empty the cart").click()

    expect(page.get_by_role("link", name="Look around")).to_be_visible()
    expect(page.locator("#cart-count")).to_be_empty()


def test_what_changed_is_said_at_the_top_and_at_its_line(shop: Storefront, visit: Visit) -> None:
    (id,) = some(shop, 1)
    shop.trade.carts.put(id)
    before, now = {"amount": 9900, "currency": "CNY"}, {"amount": 8900, "currency": "CNY"}
    shop.trade.carts.changes = [{"sku_id": id, "kind": "price", "before": before, "now": now}]

    page = visit("/en/cart/", signed=True)

    said = "The price went from CN¥99.00 to CN¥89.00."
    expect(page.locator(".changes")).to_contain_text(said)
    expect(page.locator(".line-change")).to_have_text(said)


def test_what_cannot_be_bought_is_left_behind_at_the_checkout(shop: Storefront, visit: Visit) -> None:
    one, other = some(shop, 2)
    shop.trade.carts.put(one, other)
    shop.trade.carts.available[other] = 0
    shop.people.add_address()
    page = visit("/en/cart/", signed=True)
    expect(page.locator(f"#p-{other}")).to_be_disabled()

    page.get_by_role("link", name="Check out (1)").click()

    page.wait_for_url("**/en/checkout/")
    expect(page.get_by_role("button", name="Place order")).to_be_enabled()
    assert shop.trade.carts.own[other]["selected"] is False


def test_without_anything_selected_nobody_goes_on(shop: Storefront, visit: Visit) -> None:
    shop.trade.carts.put(*some(shop, 1), selected=False)
    page = visit("/en/cart/", signed=True)

    # It says that it is disabled, and yet a press is answered.
    page.get_by_role("link", name="Check out").click(force=True)

    expect(page.locator("#toast")).to_have_text("Select something to buy first")
    assert page.url.endswith("/en/cart/")


def test_a_change_that_is_refused_shows_the_cart_as_it_is(shop: Storefront, visit: Visit) -> None:
    (id,) = some(shop, 1)
    shop.trade.carts.put(id)
    page = visit("/en/cart/", signed=True)
    shop.trade.carts.available[id] = 1

    page.get_by_role("button", name="One more of").click()

    expect(page.locator("#toast")).to_have_text("There are not that many left. Take fewer, or choose another.")
    expect(page.locator(f"#n-{id}")).to_have_value("1")


def test_a_cart_that_does_not_come_says_why(shop: Storefront, visit: Visit) -> None:
    shop.refusing["GET", "/api/cart"] = Refused(503, "Unavailable")

    page = visit("/en/cart/", signed=True)

    expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("Something went wrong on our side.")


def test_the_cart_is_worked_with_the_keyboard(shop: Storefront, visit: Visit) -> None:
    (id,) = some(shop, 1)
    shop.trade.carts.put(id)
    page = visit("/en/cart/", signed=True)

    page.locator(f"#n1-{id}").press("Enter")
    expect(page.get_by_role("link", name="Check out (2)")).to_be_visible()
    page.locator(f"#p-{id}").press("Space")

    expect(page.locator(f"#p-{id}")).not_to_be_checked()
    expect(page.locator(f"#p-{id}")).to_be_focused()
