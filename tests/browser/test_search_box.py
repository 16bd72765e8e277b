"""The search box of every page."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.site import Storefront


def test_it_searches_without_scripts(visit: Visit) -> None:
    page = visit("/en/", java_script_enabled=False)
    page.get_by_role("searchbox", name="Search products").fill("tea")

    page.get_by_role("button", name="Search").click()

    assert page.url.endswith("/en/search/?q=tea")


def test_suggestions_are_chosen_with_the_arrow_keys(visit: Visit) -> None:
    page = visit("/en/")
    field = page.get_by_role("combobox", name="Search products")
    field.press_sequentially("mug")
    expect(page.get_by_role("option")).to_have_count(1)
    expect(field).to_have_attribute("aria-expanded", "true")

    field.press("ArrowDown")
    chosen = page.get_by_role("option", selected=True)
    expect(chosen).to_have_text("Celadon Mug")
    expect(field).to_have_value("Celadon Mug")
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    field.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Results for “Celadon Mug”")


def test_past_the_last_suggestion_is_what_was_typed(visit: Visit) -> None:
    page = visit("/en/")
    field = page.get_by_role("combobox", name="Search products")
    field.press_sequentially("mug")
    # What many look for was there before anything was typed.
    expect(page.get_by_role("option")).to_have_count(1)

    for _ in range(2):
        field.press("ArrowDown")

    expect(field).to_have_value("mug")
    expect(page.get_by_role("option", selected=True)).to_have_count(0)


def test_escape_closes_the_suggestions_and_keeps_what_was_typed(visit: Visit) -> None:
    page = visit("/en/")
    field = page.get_by_role("combobox", name="Search products")
    field.press_sequentially("tea")
    expect(page.get_by_role("listbox")).to_be_visible()
    field.press("ArrowDown")

    field.press("Escape")

    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("tea")


def test_a_suggested_category_leads_to_its_page(visit: Visit) -> None:
    page = visit("/en/")
    page.get_by_role("combobox", name="Search products").press_sequentially("outd")

    page.get_by_role("option", name="Outdoors Category").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Outdoors")


def test_earlier_searches_come_back_until_they_are_cleared(visit: Visit) -> None:
    page = visit("/en/")
    field = page.get_by_role("combobox", name="Search products")
    field.fill("blanket")
    field.press("Enter")
    page.wait_for_url("**/search/?q=blanket")
    field.fill("")
    field.blur()
    field.focus()
    expect(page.get_by_role("option").first).to_have_text("blanket")

    page.get_by_role("button", name="Clear your recent searches").click()

    expect(page.get_by_role("option", name="blanket")).to_have_count(0)
    expect(page.get_by_role("option", name="背包")).to_be_visible()


def test_without_suggestions_the_search_still_works(shop: Storefront, visit: Visit) -> None:
    shop.answers.broken |= {"/api/search/suggestions", "/api/search/hot"}
    page = visit("/en/")
    field = page.get_by_role("combobox", name="Search products")
    field.press_sequentially("tea")

    field.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Results for “tea”")
