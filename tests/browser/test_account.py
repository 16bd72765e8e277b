"""One's account: profile, security, address book, favourites and history."""

import hashlib

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, ready, reload, until
from tests.browser.people import APP_CODE, CODE, MOST_BYTES, PASSWORD, Refused
from tests.browser.site import Storefront

DIVIDED = {"province": "广东省", "city": "深圳市", "district": "南山区"}


def toast(page: Page, text: str) -> None:
    expect(page.locator("#toast")).to_have_text(text)


# ── Profile ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_profile_is_changed(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/account/", signed=True)
    page.get_by_label("Name to show").fill("小满")
    page.get_by_label("Gender").select_option("Female")
    page.get_by_label("Birthday").fill("1990-05-20")

    page.get_by_role("button", name="Save").click()

    toast(page, "Saved")
    assert {name: shop.people.profile[name] for name in ("nickname", "gender", "birthday")} == {
        "nickname": "小满", "gender": "female", "birthday": "1990-05-20",
    }  # fmt: skip


def test_a_profile_that_changed_elsewhere_is_not_overwritten(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/account/", signed=True)
    shop.people.profile["version"] = 9

    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("alert").filter(visible=True)).to_have_text(
        "This was changed elsewhere meanwhile. Reload, and try again."
    )


def test_a_profile_cannot_be_written_before_it_is_there(shop: Storefront, visit: Visit) -> None:
    answer = shop.hold("GET", "/api/users/me")
    page = visit("/en/account/", signed=True, early=True)
    name = page.get_by_label("Name to show")

    name.focus()
    page.keyboard.type("小满")

    expect(name).not_to_be_focused()
    expect(name).to_have_value("")
    answer.set()
    expect(name).to_have_value("林小满")
    ready(page)
    name.fill("小满")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello, 小满")


def test_what_somebody_writes_stays_while_the_picture_is_made(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/account/", signed=True)
    page.get_by_label("Change picture").set_input_files({"name": "me.png", "mimeType": "image/png", "buffer": b"png"})

    page.get_by_label("Name to show").fill("小满")

    expect(page.get_by_text("Your picture is up to date")).to_be_visible()
    expect(page.get_by_label("Name to show")).to_have_value("小满")


def test_an_account_leads_to_everything_that_is_ones_own(visit: Visit) -> None:
    page = visit("/en/account/", signed=True)
    ways = page.get_by_role("navigation", name="Your account").get_by_role("link")

    expect(ways).to_have_text(
        ["Profile", "Orders", "Wallet", "Addresses", "Favourites", "History", "Security and privacy"]
    )
    expect(page.get_by_role("link", name="To pay")).to_have_attribute("href", "/en/orders/?status=pending_payment")


def test_without_a_network_a_page_says_so_and_tries_again(shop: Storefront, visit: Visit) -> None:
    shop.refusing["GET", "/api/users/me/addresses"] = Refused(503, "Unavailable")
    page = visit("/en/account/addresses/", signed=True)
    expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("Something went wrong on our side.")

    shop.refusing.clear()
    page.get_by_role("button", name="Try again").click()

    expect(page.get_by_text("There are no addresses yet")).to_be_visible()


def test_a_picture_is_sent_to_the_bucket_and_shown(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/account/", signed=True)

    page.get_by_label("Change picture").set_input_files({"name": "me.png", "mimeType": "image/png", "buffer": b"png"})

    expect(page.get_by_text("Your picture is up to date")).to_be_visible()
    expect(page.locator("#avatar img")).to_have_attribute("src", "/media/p/pic_mug-celadon/160.webp")


def test_a_picture_that_is_too_large_is_not_sent(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/account/", signed=True)

    page.get_by_label("Change picture").set_input_files(
        {"name": "me.png", "mimeType": "image/png", "buffer": b"x" * (MOST_BYTES + 1)}
    )

    expect(page.get_by_text("This picture is too large.")).to_be_visible()
    assert shop.people.profile["avatar"] == ""


# ── Security ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_password_is_changed_and_other_devices_are_signed_out(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/account/security/", signed=True)
    expect(page.get_by_text("Safari, iPhone")).to_be_visible()
    page.get_by_text("Set a new password").first.click()
    page.locator("#p-current").fill("wrong")
    page.locator("#p-new").fill("a long walk home")
    page.locator("#password [type=submit]").click()
    expect(page.locator("#p-current-error")).to_have_text("The account, or the password or code, is not right.")

    page.locator("#p-current").fill(PASSWORD)
    page.locator("#password [type=submit]").click()

    toast(page, "Password changed; other devices are signed out")
    expect(page.get_by_text("Safari, iPhone")).to_have_count(0)


def test_an_authenticator_app_is_set_up_with_a_code_to_scan(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/account/security/", signed=True)
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    field = page.get_by_label("Code that the app shows")
    expect(field).to_be_focused()
    field.fill("000000")
    field.press("Enter")
    expect(page.locator("#t-code-error")).to_have_text("The code is not right, or no longer valid.")

    field.fill(APP_CODE)
    field.press("Enter")

    expect(page.get_by_text("k7m0-q2x0")).to_be_visible()
    assert shop.people.profile["has_totp"] is True


def test_an_authenticator_app_is_turned_off_with_a_code_of_it(shop: Storefront, visit: Visit) -> None:
    shop.people.profile["has_totp"] = True
    page = visit("/en/account/security/", signed=True)
    page.get_by_role("button", name="Turn off").click()

    page.get_by_label("Code that the app shows").fill(APP_CODE)
    page.get_by_role("button", name="Turn off").click()

    expect(page.get_by_role("button", name="Set up")).to_be_visible()


def test_another_device_is_signed_out(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/account/security/", signed=True)

    page.get_by_role("button", name="Sign out: Safari, iPhone").click()

    toast(page, "Signed out there")
    assert [session["id"] for session in shop.people.sessions] == ["ses_1"]


def test_signing_out_everywhere_is_asked_about_first(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/account/security/", signed=True)
    page.get_by_role("button", name="Sign out everywhere").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert shop.people.refresh_tokens

    page.get_by_role("button", name="Sign out everywhere").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()

    page.wait_for_url("**/en/sign-in/**")
    assert not shop.people.refresh_tokens


def test_a_consent_is_withdrawn_and_what_an_account_rests_on_cannot_be(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/account/security/", signed=True)
    expect(page.get_by_role("switch", name="Terms of service")).to_be_disabled()

    page.get_by_role("switch", name="Keep what I looked at").uncheck()

    toast(page, "Saved")
    (sent,) = [asked for asked in shop.asked if asked.method == "PUT"]
    assert (sent.path, sent.body) == (
        "/api/users/me/consents/history",
        {"given": False, "policy_version": "2026-11-01"},
    )


def test_a_consent_that_could_not_be_changed_shows_how_it_stands(shop: Storefront, visit: Visit) -> None:
    shop.refusing["PUT", "/api/users/me/consents/history"] = Refused(503, "Unavailable")
    page = visit("/en/account/security/", signed=True)
    box = page.get_by_role("switch", name="Keep what I looked at")

    box.click()

    expect(box).to_be_checked()


def test_a_new_number_is_bound_with_its_code(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/account/security/", signed=True)
    page.get_by_text("Add or change phone or e-mail").click()
    page.locator("#b-identifier").fill("+8613900139000")
    page.locator("#b-code").fill(CODE)
    page.locator("#b-password").fill(PASSWORD)

    page.locator("#bind [type=submit]").click()

    expect(page.locator("#identifiers")).to_contain_text("+8613900139000")


def test_a_copy_of_ones_data_is_fetched_when_it_is_ready(visit: Visit) -> None:
    page = visit("/en/account/security/", signed=True)

    page.get_by_role("button", name="Prepare a copy").click()

    link = page.get_by_role("link", name="Download the copy")
    expect(link).to_have_attribute("href", "https://example.com/data.zip")


def test_closing_an_account_takes_its_password(visit: Visit) -> None:
    page = visit("/en/account/security/", signed=True)
    page.get_by_text("Close account").click()
    page.locator("#c-password").fill("wrong")
    page.get_by_role("button", name="Close for good").click()
    expect(page.locator("#c-password-error")).to_be_visible()

    page.locator("#c-password").fill(PASSWORD)
    page.get_by_role("button", name="Close for good").click()

    page.wait_for_url("**/en/sign-in/**")


# What another encoder (the Python package qrcode, level M) makes of the same texts.
CODES = {
    "a": "e8ab680854e4019c",
    "weixin://wxpay/bizpayurl?pr=AbCdEfG": "ce765f267db398e5",
    "otpauth://totp/The%20Mall:lin%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=The%20Mall": (
        "0d81ac4b96526022"
    ),
    "网上商城 " * 40: "b47f87fb03640948",
}


def test_a_code_to_scan_has_the_modules_that_the_standard_asks_for(visit: Visit) -> None:
    page = visit("/en/pay/?trade=trd_0", signed=True)
    module = page.locator("link[rel=modulepreload][href*='/qr.']").get_attribute("href")

    drawn = page.evaluate(
        """async ([module, texts]) => {
            const { modules } = await import(module);
            return texts.map((text) => modules(text).map((row) => row.join("")).join("\\n"));
        }""",
        [module, list(CODES)],
    )

    assert [hashlib.sha256(code.encode()).hexdigest()[:16] for code in drawn] == list(CODES.values())


def test_a_text_that_is_too_long_is_no_code(visit: Visit) -> None:
    page = visit("/en/pay/?trade=trd_0", signed=True)
    module = page.locator("link[rel=modulepreload][href*='/qr.']").get_attribute("href")

    assert page.evaluate("async (module) => (await import(module)).modules('x'.repeat(3000))", module) is None


# ── Addresses ───────────────────────────────────────────────────────────────────────────────────────────────────────


def write(page: Page, **more: str) -> None:
    """Fill the form of an address in China."""
    page.get_by_label("Recipient").fill("林小满")
    page.get_by_label("Phone number").fill("13800138000")
    for level, name in DIVIDED.items():
        page.locator(f"#a-{level}").select_option(name)
    page.get_by_label("Street address").fill("深南大道10000号")
    for label, text in more.items():
        page.get_by_label(label).fill(text)


def test_an_address_is_written_by_its_divisions(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/account/addresses/", signed=True)
    page.get_by_role("button", name="Add address").click()
    expect(page.get_by_label("Recipient")).to_be_focused()
    write(page, Label="Home")

    page.get_by_role("dialog").get_by_role("button", name="Save").click()

    tile = page.locator("#addresses > li")
    expect(tile).to_have_count(1)
    expect(tile).to_contain_text("广东省深圳市南山区深南大道10000号")
    expect(tile).to_contain_text("Default")
    assert shop.people.addresses[0]["division"] == "440305"


def test_an_address_abroad_has_a_country_and_a_city(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/account/addresses/", signed=True)
    page.get_by_role("button", name="Add address").click()
    page.get_by_label("Country or region").select_option("United Kingdom")
    page.get_by_label("Recipient").fill("Jane Doe")
    page.get_by_label("Phone number").fill("+44 20 7946 0958")
    page.get_by_role("textbox", name="City").fill("London")
    page.get_by_label("Street address").fill("221B Baker Street")

    page.get_by_role("dialog").get_by_role("button", name="Save").click()

    expect(page.locator("#addresses > li")).to_contain_text("221B Baker Street")
    assert (shop.people.addresses[0]["country"], shop.people.addresses[0]["city"]) == ("GB", "London")


def test_what_is_missing_of_an_address_is_said_in_its_form(visit: Visit) -> None:
    page = visit("/en/account/addresses/", signed=True)
    page.get_by_role("button", name="Add address").click()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_label("Recipient")).to_be_focused()
    expect(page.locator("#a-district-error")).to_have_text("Please fill this in.")
    write(page)
    page.get_by_label("Phone number").fill("12345")

    page.get_by_role("dialog").get_by_role("button", name="Save").click()

    expect(page.locator("#a-phone-error")).to_contain_text("Please check the phone number")


def test_an_address_is_changed_from_what_it_was(shop: Storefront, visit: Visit) -> None:
    shop.people.add_address()
    page = visit("/en/account/addresses/", signed=True)
    page.get_by_role("button", name="Edit the address of 林小满").click()
    expect(page.locator("#a-district")).to_have_value("440305")
    page.get_by_label("Recipient").fill("林大满")

    page.get_by_role("dialog").get_by_role("button", name="Save").click()

    expect(page.locator("#addresses > li")).to_contain_text("林大满")
    (address,) = shop.people.addresses
    assert (address["division"], address["version"]) == ("440305", 2)


def test_an_address_cannot_be_changed_before_it_stands_in_the_form(shop: Storefront, visit: Visit) -> None:
    shop.people.add_address()
    page = visit("/en/account/addresses/", signed=True)
    divisions = shop.hold("GET", "/api/divisions")
    field = page.get_by_label("Recipient")

    page.get_by_role("button", name="Edit the address of 林小满").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    field.focus()
    page.keyboard.type("林大满")

    expect(field).to_have_value("")
    divisions.set()
    expect(field).to_be_focused()
    expect(field).to_have_value("林小满")


def test_the_form_of_an_address_shows_the_one_that_was_opened_last(shop: Storefront, visit: Visit) -> None:
    shop.people.add_address()
    shop.people.add_address(recipient="韩梅梅", division="330106")
    page = visit("/en/account/addresses/", signed=True)
    first = shop.hold("GET", "/api/divisions", parent="440305")
    page.get_by_role("button", name="Edit the address of 林小满").click()
    until(lambda: not shop.held, page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Edit the address of 韩梅梅").click()
    expect(page.get_by_label("Recipient")).to_have_value("韩梅梅")

    with page.expect_response("**/api/divisions?parent=440305"):
        first.set()

    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    until(lambda: shop.people.addresses[0]["version"] == 2, page)
    assert (shop.people.addresses[0]["recipient"], shop.people.addresses[0]["division"]) == ("韩梅梅", "330106")


def test_a_region_that_was_chosen_anew_offers_its_own_cities(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/account/addresses/", signed=True)
    page.get_by_role("button", name="Add address").click()
    first = shop.hold("GET", "/api/divisions", parent="440000")
    page.locator("#a-province").select_option("广东省")
    until(lambda: not shop.held, page)
    page.locator("#a-province").select_option("浙江省")
    expect(page.locator("#a-city option", has_text="杭州市")).to_have_count(1)

    with page.expect_response("**/api/divisions?parent=44**"):
        first.set()

    expect(page.locator("#a-city option", has_text="深圳市")).to_have_count(0)


def test_an_address_is_removed_after_it_was_asked_about(shop: Storefront, visit: Visit) -> None:
    shop.people.add_address()
    page = visit("/en/account/addresses/", signed=True)

    page.get_by_role("button", name="Remove the address of 林小满").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()

    expect(page.get_by_text("There are no addresses yet")).to_be_visible()
    assert shop.people.addresses == []


# ── Favourites and history ──────────────────────────────────────────────────────────────────────────────────────────


def test_favourites_are_shown_as_they_are_now_and_taken_out(shop: Storefront, visit: Visit) -> None:
    shop.people.favourites = [("product", "prd_040"), ("product", "prd_gone")]
    page = visit("/en/account/favourites/", signed=True)
    expect(page.get_by_role("link", name="Light Sports Bottle")).to_be_visible()
    expect(page.get_by_text("This product is no longer on sale")).to_be_visible()

    page.get_by_role("button", name="Remove from favourites: Light Sports Bottle").click()

    expect(page.get_by_role("link", name="Light Sports Bottle")).to_have_count(0)
    assert shop.people.favourites == [("product", "prd_gone")]


def test_favourite_shops_are_a_list_of_their_own(shop: Storefront, visit: Visit) -> None:
    shop.people.favourites = [("merchant", "mch_celadon")]
    page = visit("/en/account/favourites/", signed=True)
    expect(page.get_by_text("No favourites yet")).to_be_visible()

    page.get_by_role("radio", name="Shops").check()

    expect(page.locator("#things a")).to_have_attribute("href", "/en/m/mch_celadon/")


def test_favourites_that_are_asked_for_twice_are_shown_once(shop: Storefront, visit: Visit) -> None:
    shop.people.favourites = [("product", "prd_040")]
    answer = shop.hold("GET", "/api/users/me/favourites")
    page = visit("/en/account/favourites/", signed=True, early=True)
    until(lambda: not shop.held, page)

    page.get_by_role("radio", name="Shops").check()
    page.get_by_role("radio", name="Products").check()
    expect(page.locator("#things > li")).to_have_count(1)
    answer.set()

    expect(ready(page).locator("#things > li")).to_have_count(1)


def test_more_favourites_are_brought_by_a_button(shop: Storefront, visit: Visit) -> None:
    ids = list(shop.catalogue.products) * 2
    shop.people.favourites = [("product", id) for id in ids[:23]]
    page = visit("/en/account/favourites/", signed=True)
    expect(page.locator("#things > li")).to_have_count(20)

    page.get_by_role("button", name="Show more").click()

    expect(page.locator("#things > li")).to_have_count(min(23, len(ids)))
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)


def test_the_history_is_by_day_and_can_be_cleared(shop: Storefront, visit: Visit) -> None:
    shop.people.views = ["prd_040", "prd_001"]
    page = visit("/en/account/history/", signed=True)
    expect(page.get_by_role("heading", name="5 January 2030")).to_be_visible()
    page.get_by_role("button", name="Remove from history: Light Sports Bottle").click()
    expect(page.locator("#days li")).to_have_count(1)

    page.get_by_role("button", name="Clear history").click()
    page.get_by_role("dialog").get_by_role("button", name="Clear history").click()

    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    assert shop.people.views == []


def test_what_somebody_looks_at_is_remembered_for_who_is_signed_in(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/p/prd_040/", signed=True)

    until(lambda: shop.people.views == ["prd_040"], page)


@pytest.mark.parametrize("signed", [True, False])
def test_a_favourite_is_marked_on_its_page(signed: bool, shop: Storefront, visit: Visit) -> None:
    page = visit("/en/p/prd_040/", signed=signed)

    if not signed:
        page.get_by_role("button", name="Favourite").click()
        page.wait_for_url("**/en/sign-in/?next=%2Fen%2Fp%2Fprd_040%2F")
        return
    with page.expect_response("**/favourites/**"):
        page.get_by_role("button", name="Favourite").click()

    expect(page.get_by_role("button", name="In favourites", pressed=True)).to_be_visible()
    reload(page)
    expect(page.get_by_role("button", name="In favourites", pressed=True)).to_be_visible()
    assert shop.people.favourites == [("product", "prd_040")]
