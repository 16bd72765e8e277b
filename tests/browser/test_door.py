"""Signing in, registering, a lost password, and staying signed in."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, go, ready
from tests.browser.people import APP_CODE, CODE, LIN, PASSWORD, Refused
from tests.browser.site import Storefront

ACCOUNT = "**/account/"


def sign_in(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("Phone number or e-mail").fill(LIN)
    page.get_by_label("Password", exact=True).and_(page.locator("[type=password]")).fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def renewals(shop: Storefront) -> int:
    return sum(asked.path == "/api/sessions/refresh" for asked in shop.asked)


def test_a_password_opens_the_account(visit: Visit) -> None:
    page = visit("/en/sign-in/")

    sign_in(page)

    page.wait_for_url(ACCOUNT)
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello, 林小满")


def test_no_script_can_read_what_keeps_somebody_signed_in(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/sign-in/")
    sign_in(page)
    page.wait_for_url(ACCOUNT)

    (cookie,) = page.context.cookies(f"{shop.address}/api/sessions/refresh")
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")

    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict")
    assert page.context.cookies(f"{shop.address}/api/cart") == []
    assert "access-" not in kept
    assert "refresh-" not in kept


def test_what_is_missing_is_said_next_to_its_field_and_gets_the_focus(visit: Visit) -> None:
    page = visit("/en/sign-in/")

    page.get_by_role("main").get_by_role("button", name="Sign in").click()

    field = page.get_by_label("Phone number or e-mail")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(
        "Numbers outside China with their country code, such as +44. Please fill this in."
    )
    field.fill(LIN)
    expect(field).not_to_have_attribute("aria-invalid", "true")


def test_a_wrong_password_is_refused_in_the_readers_language(visit: Visit) -> None:
    page = visit("/sign-in/")
    page.get_by_label("手机号或邮箱").fill(LIN)
    page.locator("#f-password").fill("wrong")

    page.locator("#sign-in [type=submit]").click()

    expect(page.get_by_role("alert").filter(visible=True)).to_have_text("账号或密码、验证码不正确。")


def test_a_code_is_sent_once_and_signs_in(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/sign-in/")
    page.get_by_role("radio", name="One-time code").check()
    page.get_by_label("Phone number or e-mail").fill(LIN)

    page.get_by_role("button", name="Send code").click()

    expect(page.get_by_text("Sent. It is valid for 5 min.")).to_be_visible()
    expect(page.locator(".send-code")).to_be_disabled()
    sent = [asked.body for asked in shop.asked if asked.path == "/api/codes"]
    assert sent == [{"identifier": LIN, "purpose": "sign_in", "locale": "en"}]
    page.get_by_label("Code", exact=True).fill(CODE)
    page.locator("#sign-in [type=submit]").click()
    page.wait_for_url(ACCOUNT)


def test_an_account_with_an_authenticator_app_asks_for_its_code(shop: Storefront, visit: Visit) -> None:
    shop.people.accounts[LIN]["totp"] = True
    page = visit("/en/sign-in/")
    sign_in(page)

    field = page.get_by_label("Code of your authenticator app")
    expect(field).to_be_focused()
    field.fill(APP_CODE)
    field.press("Enter")

    page.wait_for_url(ACCOUNT)


def test_who_wanted_something_gets_there_after_signing_in(visit: Visit) -> None:
    page = visit("/en/wallet/")
    page.wait_for_url("**/en/sign-in/?next=%2Fen%2Fwallet%2F")

    sign_in(ready(page))

    page.wait_for_url("**/en/wallet/")


@pytest.mark.parametrize("next", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site(next: str, visit: Visit) -> None:
    page = visit(f"/en/sign-in/?next={next}")

    sign_in(page)

    page.wait_for_url(ACCOUNT)


def test_registering_signs_in(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/register/")
    page.get_by_label("Phone number or e-mail").fill("new@shopper.example")
    page.get_by_role("button", name="Send code").click()
    page.get_by_label("Code", exact=True).fill(CODE)
    page.get_by_label("New password").fill("a long walk home")
    page.get_by_role("main").get_by_role("button", name="Open account").click()
    expect(page.get_by_text("An account needs your agreement.")).to_be_visible()

    page.get_by_role("checkbox").check()
    page.get_by_role("main").get_by_role("button", name="Open account").click()

    page.wait_for_url(ACCOUNT)
    (body,) = [asked.body for asked in shop.asked if (asked.method, asked.path) == ("POST", "/api/users")]
    assert (body["terms"], body["locale"], body["cookie"]) == ("2026-11-01", "en", True)


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"#f-identifier": LIN}, "#f-identifier", "This phone number or e-mail address already has an account."),
        ({"#f-code": "000000"}, "#f-code", "The code is not right, or no longer valid."),
        ({"#f-password": "password"}, "#f-password", "This password is too easy to guess."),
        ({"#f-password": "short"}, "#f-password", "A password has at least 8 characters."),
    ],
)
def test_what_is_refused_is_said_next_to_its_field(
    changes: dict[str, str], field: str, said: str, visit: Visit
) -> None:
    page = visit("/en/register/")
    given = {"#f-identifier": "new@shopper.example", "#f-code": CODE, "#f-password": "a long walk home"} | changes
    for place, text in given.items():
        page.locator(place).fill(text)
    page.get_by_role("checkbox").check()

    page.locator("#register [type=submit]").click()

    expect(page.locator(f"{field}-error")).to_contain_text(said)
    expect(page.locator(field)).to_be_focused()


def test_a_field_that_the_mall_refuses_is_marked(shop: Storefront, visit: Visit) -> None:
    details = {"fields": [{"field": "identifier", "problem": "too short", "type": "string_too_short"}]}
    shop.refusing["POST", "/api/sessions"] = Refused(400, "Invalid", details=details)
    page = visit("/en/sign-in/")

    sign_in(page)

    expect(page.locator("#f-identifier-error")).to_have_text("Please check this.")


def test_too_many_attempts_are_told_how_long_to_wait(shop: Storefront, visit: Visit) -> None:
    shop.refusing["POST", "/api/sessions"] = Refused(429, "TooManyAttempts", after=120)
    page = visit("/en/sign-in/")

    sign_in(page)

    expect(page.get_by_role("alert").filter(visible=True)).to_have_text("That was too often. Please wait 2 min.")


def test_a_lost_password_is_set_anew_and_signs_in(visit: Visit) -> None:
    page = visit("/en/forgot/")
    page.get_by_label("Phone number or e-mail").fill(LIN)
    page.get_by_label("Code", exact=True).fill(CODE)
    page.get_by_label("New password").fill("a long walk home")

    page.locator("#forgot [type=submit]").click()

    page.wait_for_url(ACCOUNT)


# ── Staying signed in ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_page_of_somebody_who_signed_in_before_renews_the_session_once(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/account/security/", signed=True)

    expect(page.get_by_text("lin@shopper.example")).to_be_visible()
    assert renewals(shop) == 1


def test_a_token_that_is_no_longer_good_is_renewed_and_the_question_asked_again(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/account/", signed=True)
    shop.people.expire()

    page.get_by_label("Name to show").fill("小满")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Hello, 小满")
    assert renewals(shop) == 2


def test_who_comes_too_early_waits_for_the_tab_that_was_first(shop: Storefront, visit: Visit) -> None:
    shop.people.too_early = 2

    page = visit("/en/account/", signed=True)

    expect(page.get_by_role("heading", level=1)).to_have_text("Hello, 林小满")
    assert renewals(shop) == 3


def test_of_two_tabs_at_once_one_renews_the_session_and_tells_the_other(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/account/", signed=True)
    other = page.context.new_page()
    go(other, f"{shop.address}/en/account/")
    shop.people.expire()
    before = renewals(shop)
    answer = shop.hold("POST", "/api/sessions/refresh")

    for tab in (page, other):
        tab.evaluate("() => void document.getElementById('profile').requestSubmit()")
    other.wait_for_function("async () => (await navigator.locks.query()).pending.length === 1")
    answer.set()

    for tab in (page, other):
        expect(tab.locator("#toast, .form-error").filter(visible=True)).not_to_be_empty()
    assert renewals(shop) == before + 1


SLOW_LOCKS = """() => {
  const { request } = LockManager.prototype;
  LockManager.prototype.request = function (name, ...rest) {
    const act = rest.pop();
    return request.call(this, name, ...rest, async (lock) => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      globalThis.granted = performance.now();
      return act(lock);
    });
  };
  const { fetch } = globalThis;
  globalThis.fetch = (address, ...rest) => {
    if (address === "/api/sessions/refresh") globalThis.asked = performance.now();
    return fetch(address, ...rest);
  };
}"""


def test_on_a_slow_device_nobody_waits_for_a_tab_that_is_not_there(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/", signed=True, fresh=True)
    page.add_init_script(f"({SLOW_LOCKS})()")

    go(page, f"{shop.address}/en/wallet/")

    assert 0 <= page.evaluate("() => asked - granted") < 900
    assert renewals(shop) == 1


def test_what_a_page_asks_at_once_shares_one_failure(shop: Storefront, visit: Visit) -> None:
    shop.refusing["POST", "/api/sessions/refresh"] = Refused(503, "Unavailable")

    page = visit("/en/account/security/", signed=True)

    expect(page.get_by_role("alert").filter(visible=True)).to_have_count(3)
    assert renewals(shop) == 1


def test_a_session_that_is_over_leads_back_to_the_door(shop: Storefront, visit: Visit) -> None:
    shop.refusing["POST", "/api/sessions/refresh"] = Refused(401, "SessionOver")

    page = visit("/en/wallet/", signed=True)

    page.wait_for_url("**/en/sign-in/?next=%2Fen%2Fwallet%2F")


def test_signing_out_ends_it_in_every_tab(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/account/", signed=True)
    other = page.context.new_page()
    go(other, f"{shop.address}/en/wallet/")

    page.get_by_role("button", name="Sign out").click()

    page.wait_for_url("**/en/sign-in/**")
    other.wait_for_url("**/en/sign-in/?next=%2Fen%2Fwallet%2F")
    assert page.evaluate("localStorage.getItem('signed-in')") is None
    assert page.context.cookies(f"{shop.address}/api/sessions/current") == []


def test_who_never_signed_in_is_asked_for_nothing(shop: Storefront, visit: Visit) -> None:
    visit("/en/")

    assert shop.asked == []
