"""What pages tell of the pictures that the browser had kept."""

from typing import Any

from playwright.sync_api import Page

from infra.web import build
from mall.images.heat.schemas import Loads
from tests.browser.conftest import Visit, go, until
from tests.browser.site import Storefront

PRODUCT = "/en/p/prd_040/"


def leave(page: Page, shop: Storefront, reports: int) -> Any:
    """Let the visit report, leave the page, and give what it told."""
    module = build.addresses()["loads.js"]
    page.evaluate("async (module) => (await import(module)).report(true)", module)
    go(page, f"{shop.address}/en/help/delivery/")
    until(lambda: len(shop.answers.told) == reports, page)
    path, told = shop.answers.told[-1]
    assert path == "/api/pictures/loads"
    return Loads.model_validate(told)


def test_a_page_tells_how_many_of_its_pictures_the_browser_had_kept(shop: Storefront, visit: Visit) -> None:
    page = visit(PRODUCT, fresh=True)

    first = leave(page, shop, 1)
    go(page, shop.address + PRODUCT)
    second = leave(page, shop, 2)

    assert first.loads >= 1
    assert first.kept == 0
    assert second.kept == second.loads >= 1


def test_one_visit_in_ten_tells(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/help/delivery/")

    def reports(number: float) -> bool:
        """Whether a visit reports for which chance gives this number."""
        return bool(
            page.evaluate(
                """async ([module, number]) => {
                  const listening = [], { addEventListener: before } = document, chance = Math.random;
                  document.addEventListener = (name) => listening.push(name);
                  Math.random = () => number;
                  (await import(module + "?" + number)).report();
                  document.addEventListener = before;
                  Math.random = chance;
                  return listening.length;
                }""",
                [build.addresses()["loads.js"], number],
            )
        )

    assert [reports(number) for number in (0.05, 0.099, 0.1, 0.9)] == [True, True, False, False]


def test_only_pictures_of_the_mall_are_counted(shop: Storefront, visit: Visit) -> None:
    page = visit("/en/help/delivery/")
    entries = [
        {"name": f"{shop.address}/media/p/pic_1/480.webp", "decodedBodySize": 10, "transferSize": 0},
        {"name": f"{shop.address}/media/p/pic_2/480.webp", "decodedBodySize": 10, "transferSize": 310},
        {"name": f"{shop.address}/media/p/pic_3/480.webp", "decodedBodySize": 0, "transferSize": 0},
        {"name": f"{shop.address}/assets/app.js", "decodedBodySize": 10, "transferSize": 0},
    ]

    counted = page.evaluate(
        "async ([module, entries]) => (await import(module)).counted(entries)", [build.addresses()["loads.js"], entries]
    )

    # One that failed to load counts for neither.
    assert counted == {"loads": 2, "kept": 1}
