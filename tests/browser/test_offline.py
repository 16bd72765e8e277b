"""The shop on a phone's home screen, with and without a network."""

import json

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, go, reload
from tests.browser.site import Storefront


def taken_over(page: Page) -> None:
    """Wait until the worker has taken over."""
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")


def test_a_visited_page_opens_without_a_network(visit: Visit) -> None:
    page = visit("/en/", workers=True)
    taken_over(page)
    go(page, page.url + "p/prd_040/")

    page.context.set_offline(True)
    page.reload(wait_until="load")

    expect(page.get_by_role("heading", level=1)).to_have_text("Light Sports Bottle")
    expect(page.locator("body")).to_have_css("display", "flex")


def test_a_page_that_was_not_visited_says_that_there_is_no_network(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/", workers=True)
    taken_over(page)

    page.context.set_offline(True)
    page.goto(f"{shop.address}/en/c/cat_tea/")

    expect(page.get_by_role("heading", level=1)).to_have_text("You are offline")
    expect(page.locator("body")).to_have_css("display", "flex")


def test_a_page_from_the_network_is_taken_when_there_is_one(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/help/delivery/", workers=True)
    taken_over(page)
    file = shop.folder / "en" / "help" / "delivery" / "index.html"
    twins = {twin: twin.read_bytes() for twin in file.parent.iterdir()}
    try:
        for twin in twins:
            twin.unlink()
        file.write_bytes(twins[file].replace(b"<h1>Delivery</h1>", b"<h1>Delivery, as it is now</h1>"))

        page.reload()

        expect(page.get_by_role("heading", level=1)).to_have_text("Delivery, as it is now")
    finally:
        for twin, content in twins.items():
            twin.write_bytes(content)


def test_prices_are_never_answered_from_memory(visit: Visit) -> None:
    page = visit("/en/p/prd_040/", workers=True)
    taken_over(page)
    reload(page)

    kept = page.evaluate("""async () => (await Promise.all((await caches.keys()).map(async (name) =>
        (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat()""")

    assert "/en/p/prd_040/" in kept
    assert [path for path in kept if path.startswith("/api/")] == []


def test_the_browser_finds_the_shop_installable(visit: Visit) -> None:
    page = visit("/en/", workers=True)
    taken_over(page)
    session = page.context.new_cdp_session(page)

    manifest = session.send("Page.getAppManifest")

    assert manifest["errors"] == []
    assert json.loads(manifest["data"])["name"] == "The Mall"
    # Headless windows of a fresh visitor are private ones, which install nothing; anything else is a fault of the shop.
    problems = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert {problem["errorId"] for problem in problems} <= {"in-incognito"}
