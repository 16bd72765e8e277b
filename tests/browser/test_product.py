"""A product's page: what is there before any script runs, and what scripts keep up to date."""

import json

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.site import Storefront

MUG, TEE, PLATES = "/p/prd_013/", "/en/p/prd_052/", "/p/prd_016/"


def test_a_product_is_there_without_scripts(visit: Visit) -> None:
    page = visit(MUG, java_script_enabled=False)

    expect(page.get_by_role("heading", level=1)).to_have_text("青瓷马克杯")
    expect(page.locator("#price")).to_contain_text("¥69.00")
    expect(page.get_by_role("img", name="青瓷马克杯").first).to_be_visible()
    expect(page.get_by_role("button", name="分享")).to_be_hidden()


def test_the_price_and_stock_shown_are_those_of_now(shop: Storefront, visit: Visit) -> None:
    sku = shop.catalogue.products["prd_016"].skus[0].id
    shop.answers.offers[sku] = {
        "price": {"amount": 12_345, "currency": "CNY"},
        "list_price": {"amount": 20_000, "currency": "CNY"},
        "state": "low",
    }

    page = visit(PLATES)

    expect(page.locator("#price .price-now")).to_have_text("¥123.45")
    expect(page.locator("#price .price-list")).to_have_text("原价 ¥200.00")
    expect(page.locator("#stock")).to_have_text("库存紧张")


def test_delivery_is_estimated_for_what_is_in_stock_only(shop: Storefront, visit: Visit) -> None:
    page = visit(PLATES)
    expect(page.locator("#delivery dd")).to_contain_text("1月7日")

    for sku in shop.catalogue.products["prd_016"].skus:
        shop.answers.offers[sku.id] = {"state": "out"}
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(page.locator("#stock")).to_have_text("暂时缺货")
    expect(page.locator("#delivery")).to_be_hidden()


def test_an_api_that_fails_leaves_what_came_with_the_page(shop: Storefront, visit: Visit) -> None:
    shop.answers.broken.add("/api/products/prd_016/offer")

    page = visit(PLATES)

    expect(page.locator("#price .price-now")).to_have_text("¥168.00")
    expect(page.locator("#stock")).to_have_text("有货")


def test_choosing_options_names_the_variant_in_the_address_and_shows_its_price(shop: Storefront, visit: Visit) -> None:
    tin = shop.catalogue.products["prd_001"]
    page = visit("/p/prd_001/")
    expect(page.locator("#choice-note")).to_have_text("请选择规格")
    expect(page.locator("#price .price-from")).to_be_visible()

    page.get_by_role("radio", name="250克").check()

    expect(page.locator("#price .price-now")).to_have_text("¥368.00")
    expect(page.locator("#price .price-from")).to_be_hidden()
    expect(page.locator("#choice-note")).to_have_text("")
    assert page.url.endswith(f"?sku={tin.skus[2].id}")


def test_the_address_of_a_variant_opens_with_it_chosen(shop: Storefront, visit: Visit) -> None:
    variant = shop.catalogue.products["prd_001"].skus[1]

    page = visit(f"/en/p/prd_001/?sku={variant.id}")

    expect(page.get_by_role("radio", name="125 g")).to_be_checked()
    expect(page.locator("#price .price-now")).to_have_text("CN¥198.00")


def test_a_value_of_which_nothing_is_left_is_told_from_the_others(shop: Storefront, visit: Visit) -> None:
    tin = shop.catalogue.products["prd_001"]
    shop.answers.offers[tin.skus[0].id] = {"state": "out"}

    page = visit("/p/prd_001/")

    expect(page.locator(".value.is-out")).to_have_text("50克")
    page.get_by_role("radio", name="50克", exact=True).check()
    expect(page.locator("#stock")).to_have_text("暂时缺货")


def test_two_options_narrow_each_other(shop: Storefront, visit: Visit) -> None:
    tee = shop.catalogue.products["prd_052"]
    out = [sku for sku in tee.skus if sku.options["size"] == "m"]
    for sku in out:
        shop.answers.offers[sku.id] = {
            "state": "out" if sku.options["color"] == out[0].options["color"] else "in_stock"
        }
    page = visit(TEE)
    expect(page.locator("fieldset[data-option=size] .is-out")).to_have_count(0)

    page.locator(f"input[name=color][value={out[0].options['color']}]").check()

    expect(page.locator("fieldset[data-option=size] .is-out")).to_have_text("M")


def test_options_are_chosen_with_the_keyboard(visit: Visit) -> None:
    page = visit("/en/p/prd_001/")
    page.get_by_role("radio", name="50 g", exact=True).focus()

    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")

    expect(page.get_by_role("radio", name="125 g")).to_be_checked()


def test_a_variant_brings_its_own_picture_into_view(shop: Storefront, visit: Visit) -> None:
    towel = shop.catalogue.products["prd_055"]
    page = visit("/p/prd_055/")

    page.locator(f"input[value={towel.skus[1].options['color']}]").check()

    expect(page.locator(f"[data-show='{towel.skus[1].picture_id}']")).to_have_attribute("aria-current", "true")
    expect(page.locator(f"[data-picture='{towel.skus[1].picture_id}']")).to_be_in_viewport(ratio=0.5)


def test_a_picture_is_enlarged_and_closed_with_the_keyboard(visit: Visit) -> None:
    page = visit(MUG)

    page.get_by_role("button", name="放大图片").press("Enter")
    expect(page.get_by_role("dialog", name="商品图片")).to_be_visible()

    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="商品图片")).to_be_hidden()
    expect(page.get_by_role("button", name="放大图片")).to_be_focused()


def test_similar_products_come_when_the_reader_comes_near(shop: Storefront, visit: Visit) -> None:
    path = "/api/categories/cat_tea/products"
    page = visit("/p/prd_001/", viewport={"width": 390, "height": 300})
    assert path not in [asked for asked, _ in shop.answers.asked]

    page.locator("#recommendations").scroll_into_view_if_needed()

    expect(page.locator("#recommendations .card").first).to_be_visible()
    expect(page.locator("#recommendations .card-name", has_text="明前龙井")).to_have_count(0)


def test_the_address_is_copied_where_the_browser_cannot_share(visit: Visit) -> None:
    page = visit(MUG, permissions=["clipboard-read", "clipboard-write"])

    page.get_by_role("button", name="分享").click()

    expect(page.locator("#share")).to_have_text("链接已复制")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("link[rel=canonical]").get_attribute("href")


def test_what_a_merchant_writes_cannot_leave_the_data_of_the_page(visit: Visit) -> None:
    page = visit(MUG)

    data = [json.loads(text) for text in page.locator("script[type='application/ld+json']").all_text_contents()]

    assert "Product" in json.dumps(data)
    assert page.locator("script:not([src])").evaluate_all("all => all.map(one => one.type)") == [
        "application/ld+json",
        "application/json",
    ]
