"""Lists of products: filters, sorting, going on, going back, and searching."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.site import Storefront


def names(page: Page) -> list[str]:
    return page.locator("#products .card-name").all_text_contents()


def test_a_category_is_there_without_scripts(visit: Visit) -> None:
    page = visit("/c/cat_home/", java_script_enabled=False)

    expect(page.get_by_role("heading", level=1)).to_have_text("家居生活")
    assert len(names(page)) == 4
    expect(page.get_by_role("button", name="价格")).to_be_hidden()


def test_the_page_as_it_came_is_not_fetched_again(shop: Storefront, visit: Visit) -> None:
    page = visit("/c/cat_home/")

    expect(page.locator(".listing-total")).to_have_text("共 4 件商品")
    assert [(path, query.get("limit")) for path, query in shop.answers.asked] == [("/api/search", "1")]


def test_a_filter_narrows_the_list_and_is_part_of_the_address(visit: Visit) -> None:
    page = visit("/en/c/cat_home/")

    page.get_by_role("checkbox", name="Wood & Cotton").first.check()

    expect(page.locator(".listing-total")).to_have_text("2 products")
    expect(page.locator("#products .card")).to_have_count(2)
    assert re.search(r"\?(merchant|brand)=", page.url)
    expect(page.get_by_role("button", name="Remove filter: Wood & Cotton")).to_be_visible()


def test_a_filtered_address_opens_filtered_and_a_chip_takes_it_away(visit: Visit) -> None:
    page = visit("/en/c/cat_home/?attr.color=sky,clay")
    expect(page.get_by_role("checkbox", name="Sky")).to_be_checked()
    narrowed = len(names(page))

    page.get_by_role("button", name="Clear all").click()

    expect(page.locator("#products .card")).to_have_count(4)
    assert narrowed < 4
    assert page.url.endswith("/en/c/cat_home/")


def test_the_focus_stays_on_the_filter_that_was_pressed(visit: Visit) -> None:
    page = visit("/en/c/cat_home/")
    box = page.get_by_role("checkbox", name="Snow")

    box.press("Space")

    expect(page.locator(".listing-total")).to_have_text("3 products")
    expect(page.get_by_role("checkbox", name="Snow")).to_be_focused()


def test_prices_are_asked_for_in_units_and_sent_in_minor_units(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/c/cat_home/")
    page.get_by_label("Lowest price").fill("79")

    page.get_by_role("button", name="Apply").click()

    expect(page.locator("#products .card")).to_have_count(2)
    assert "price_min=7900" in page.url
    expect(page.get_by_role("button", name="Remove filter: CN¥79.00 –")).to_be_visible()


def test_prices_sort_up_and_then_down(visit: Visit) -> None:
    page = visit("/c/cat_home/")
    page.get_by_role("button", name="价格", exact=True).click()
    expect(page.get_by_role("button", name="价格，从低到高")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#products .price-now").last).to_have_text("¥168.00")

    page.get_by_role("button", name="价格，从低到高").click()

    expect(page.locator("#products .price-now").first).to_have_text("¥168.00")
    assert page.url.endswith("?sort=-price")


def test_going_back_shows_what_was_shown_before(visit: Visit) -> None:
    page = visit("/en/c/cat_home/")
    page.get_by_role("checkbox", name="Sky").check()
    expect(page.locator("#products .card")).to_have_count(2)

    page.go_back()

    expect(page.locator("#products .card")).to_have_count(4)
    expect(page.get_by_role("checkbox", name="Sky")).not_to_be_checked()


def test_a_list_goes_on_where_the_page_ends(shop: Storefront, visit: Visit) -> None:
    shop.answers.page_size = 5
    page = visit("/en/search/?sort=price")
    before = names(page)

    page.get_by_role("button", name="Show more").click()

    expect(page.locator("#products .card")).to_have_count(10)
    assert names(page)[:5] == before
    expect(page.locator("#products .card").nth(5).locator("a")).to_be_focused()


def test_a_merchants_page_goes_on_in_the_listing_of_its_place(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/m/mch_select/")
    expect(page.get_by_text("Run by The Mall")).to_be_visible()
    before = names(page)

    page.get_by_role("button", name="Show more").click()

    expect(page.locator("#products .card")).to_have_count(6)
    assert names(page)[:5] == before
    assert shop.answers.asked[-1][0] == "/api/categories/mch_select/products"
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()


def test_a_failure_is_said_and_can_be_tried_again(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/c/cat_home/")
    shop.answers.broken.add("/api/search")
    page.get_by_role("button", name="Newest").click()
    expect(page.get_by_role("alert")).to_contain_text("could not be loaded")

    shop.answers.broken.clear()
    page.get_by_role("button", name="Try again").click()

    expect(page.get_by_role("alert")).to_be_hidden()
    expect(page.locator("#products .card")).to_have_count(4)


def test_filters_open_as_a_sheet_on_a_phone(visit: Visit) -> None:
    page = visit("/en/c/cat_home/", phone=True)
    expect(page.get_by_role("checkbox", name="Sky")).to_be_hidden()

    page.get_by_role("button", name="Filter").tap()
    page.get_by_role("checkbox", name="Sky").check()
    page.get_by_role("button", name="Show products").tap()

    expect(page.locator("#filters")).to_be_hidden()
    expect(page.get_by_role("button", name="Filter 1")).to_be_visible()
    expect(page.locator("#products .card")).to_have_count(2)


# ── Searching ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_search_shows_what_was_found_and_says_so_in_the_title(visit: Visit) -> None:
    page = visit("/en/search/?q=teapot")

    expect(page.get_by_role("heading", level=1)).to_have_text("Results for “teapot”")
    expect(page).to_have_title("Results for “teapot” · The Mall")
    expect(page.get_by_role("searchbox").or_(page.get_by_role("combobox"))).to_have_value("teapot")


def test_a_corrected_search_says_so(visit: Visit) -> None:
    page = visit("/en/search/?q=teh")

    expect(page.locator(".corrected")).to_have_text("Nothing was found for “teh”. These are the results for “tea”.")


def test_a_search_that_finds_nothing_says_what_to_do(visit: Visit) -> None:
    page = visit("/en/search/?q=zeppelin")

    expect(page.get_by_text("No products match")).to_be_visible()
    expect(page.locator("#products .card")).to_have_count(0)


def test_popular_words_are_offered_before_a_search(visit: Visit) -> None:
    page = visit("/search/")

    page.get_by_role("link", name="耳机", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("“耳机”的搜索结果")


def test_a_search_stays_inside_the_shop_that_it_began_in(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/m/mch_celadon/")
    box = page.get_by_role("search", name="Search this shop").get_by_role("searchbox")
    box.fill("mug")

    box.press("Enter")

    expect(page.get_by_role("button", name="Remove filter: Celadon Tea House")).to_be_visible()
    assert "merchant=mch_celadon" in page.url


def test_a_filter_under_which_nothing_is_found_can_be_taken_back(visit: Visit) -> None:
    page = visit("/en/search/?q=mug&merchant=mch_north")
    expect(page.get_by_text("No products match")).to_be_visible()

    page.get_by_role("button", name="Remove filter: Shop").click()

    expect(page.locator("#products .card-name")).to_have_text(["Celadon Mug"])


def test_a_step_to_a_place_on_the_page_fetches_nothing(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/c/cat_home/")
    asked = len(shop.answers.asked)
    page.get_by_role("link", name="Skip to content").press("Enter")
    page.wait_for_function("() => location.hash === '#main'")

    page.go_back()
    page.wait_for_function("() => location.hash === ''")
    page.get_by_role("button", name="Newest").click()

    expect(page.locator(".listing-results[aria-busy]")).to_have_count(0)
    assert len(shop.answers.asked) == asked + 1


def test_the_other_language_shows_the_same_search(visit: Visit) -> None:
    page = visit("/en/search/?q=tea&sort=price")

    page.get_by_role("link", name="用中文浏览本页").click()

    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert page.url.endswith("/search/?q=tea&sort=price")


def test_a_card_made_by_a_script_has_the_parts_of_one_that_came_with_the_page(visit: Visit) -> None:
    page = visit("/en/c/cat_home/")
    shape = """() => [...document.querySelectorAll("#products .card")].map(card => ({
        href: card.querySelector("a").pathname,
        photo: [...card.querySelectorAll("img:not(.photo-blur)")].map(
            one => [one.srcset.replace(/ \\d+w/g, ""), one.sizes, one.alt, one.width > 0]),
        price: card.querySelector(".price").innerText.trim(),
        shop: card.querySelector(".card-shop").textContent,
        badge: card.querySelector(".badge")?.textContent ?? "",
    })).sort((one, other) => one.href.localeCompare(other.href))"""
    came = page.evaluate(shape)

    page.get_by_role("button", name="Newest").click()
    expect(page.get_by_role("button", name="Newest")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".listing-results[aria-busy]")).to_have_count(0)

    assert page.evaluate(shape) == came
