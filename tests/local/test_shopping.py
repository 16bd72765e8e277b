"""Shopping from the first search to the paid orders, in Chromium, on the deployed mall.

Where the real list of products is (`../shared/data`, or the folder in `MALL_REAL_DATA`), the mall has a part of it
beside the goods of the demonstration, and one of the things bought is of it. A picture of each page is kept in
`.mall/screenshots`, or in the folder that `MALL_SCREENSHOTS` names, for who wants to see how a run went.
"""

import itertools
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from infra.local.shopper import PASSWORD, Shopper
from infra.local.state import ROOT
from infra.local.supply import Supply
from tests.browser.conftest import CHROMIUM, DESKTOP, FLAGS, ready
from tests.local.buyers import Article, articles
from tests.local.conftest import LocalMall
from tests.local.deadlines import run_out
from tests.local.test_people import eventually

REAL = Path(os.environ.get("MALL_REAL_DATA") or ROOT.parent / "shared" / "data")
SCREENSHOTS = Path(os.environ.get("MALL_SCREENSHOTS") or ROOT / ".mall" / "screenshots")
# So many of the real products, and photographs of what some of them are.
PART, PHOTOS = 60, ("sunnies-dark.png", "mighty-mug.png", "cushion-blue.png", "polo-shirt-front.png")
# The mall here answers while it also starts a process for each function that is called for the first time.
PATIENCE_MS = 60_000

pytestmark = pytest.mark.skipif(
    not CHROMIUM, reason="there is no Chromium here; on Debian: apt-get install chromium, or set CHROMIUM to its path"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, as Debian packages it."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def goods(mall: LocalMall, tmp_path_factory: pytest.TempPathFactory) -> list[Article]:
    """Something of the mall's own store, of the real list where there is one, and something of another merchant."""
    own, other = articles(mall.description, merchants=2)
    if (REAL / "products.jsonl").exists():
        own = _real(mall, own.shop, tmp_path_factory.mktemp("real"))
    for article in (own, other):
        article.stock(50)
    return [own, other]


def _real(mall: LocalMall, shop: Supply, folder: Path) -> Article:
    """Import a part of the real list, by the command that people use; one of its products."""
    with (REAL / "products.jsonl").open(encoding="utf-8") as lines:
        some = list(itertools.islice(lines, PART))
    (folder / "products.jsonl").write_text("".join(some), encoding="utf-8")
    (folder / "photos").mkdir()
    for photo in PHOTOS:
        shutil.copy(REAL / "photos" / photo, folder / "photos")
    done = mall.run("import", str(folder / "products.jsonl"), "--photos", str(folder / "photos"))
    assert done.returncode == 0, done.stdout + done.stderr
    found = shop.ask("GET", f"/api/merchant/products?limit={PART}")["items"]
    product = next(one for one in found if one["live"] == "on_sale")["id"]
    sku = shop.ask("GET", f"/api/merchant/products/{product}")["offers"][0]["sku_id"]
    return Article(shop, product, sku)


class Visit:
    """A person at a browser: what they do on the storefront, with a picture of each page they come to."""

    def __init__(self, browser: Browser, mall: LocalMall) -> None:
        self._context = browser.new_context(**DESKTOP)
        self._context.set_default_timeout(PATIENCE_MS)
        self._mall, self._site = mall, mall.description["site"]
        self._numbers = itertools.count(1)
        self.complaints: list[str] = []
        self.page = self._context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        # What an earlier run kept shows another mall.
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        for old in SCREENSHOTS.glob("shopping-*.png"):
            old.unlink()

    def close(self) -> None:
        """Leave."""
        self._context.close()

    def open(self, path: str) -> Page:
        """Go to a page."""
        self.page.goto(f"{self._site}/en/{path}")
        return ready(self.page)

    def keep(self, name: str) -> None:
        """Keep a picture of the page."""
        self.page.screenshot(path=SCREENSHOTS / f"shopping-{next(self._numbers):02}-{name}.png", full_page=True)

    def find(self, article: Article) -> None:
        """Search for something by its name, as people do, and open its page."""
        name = str(Shopper(self._mall.visitor).product(article.product_id)["name"])
        page = self.open("")
        page.get_by_role("combobox", name="Search products").fill(name)
        page.get_by_role("button", name="Search", exact=True).click()
        page.wait_for_url("**/search/?q=*")
        card = page.locator(f"a[href*='/p/{article.product_id}']").first
        card.wait_for()
        self.keep("search")
        card.click()
        page.wait_for_url(f"**/p/{article.product_id}/**")
        expect(page.get_by_role("heading", level=1)).to_have_text(name)

    def choose(self, article: Article) -> None:
        """Choose the one that is wanted among a product's variants."""
        product = Shopper(self._mall.visitor).product(article.product_id)
        options = next(sku["options"] for sku in product["skus"] if sku["id"] == article.sku_id)
        for code, value in options.items():
            self.page.locator(f"#options input[name='{code}'][value='{value}']").check(force=True)

    def put_into_cart(self, article: Article, count: int) -> None:
        """Put what the page shows into the cart, which then holds `count` pieces."""
        page = self.page
        self.choose(article)
        page.get_by_role("button", name="Add to cart").click()
        expect(page.locator("#cart-count")).to_have_text(str(count))
        self.keep("product")

    def register(self) -> str:
        """Open an account on the page to which the checkout leads whoever is nobody yet."""
        page, user = self.page, f"{uuid.uuid4().hex[:12]}@shopper.example"
        page.wait_for_url("**/sign-in/**")
        ready(page).locator("[data-keep-next]").first.click()
        page.wait_for_url("**/register/**")
        ready(page).locator("#f-identifier").fill(user)
        page.locator(".send-code").click()
        (letter,) = eventually(lambda: self._mall.visitor.messages(user))
        code = re.search(r"\b\d{6}\b", letter)
        assert code is not None
        page.locator("#f-code").fill(code.group())
        page.locator("#f-password").fill(PASSWORD)
        page.locator("#f-agreed").check()
        self.keep("register")
        page.locator("#register [type=submit]").click()
        return user

    def write_address(self) -> None:
        """Write the first address at the checkout."""
        page = self.page
        page.locator("#add-address").click()
        page.locator("#a-recipient").fill("林晓")
        page.locator("#a-phone").fill("13800138000")
        for level, choice in (("province", "330000"), ("city", "330100"), ("district", "330106")):
            page.locator(f"#a-{level} option[value='{choice}']").wait_for(state="attached")
            page.locator(f"#a-{level}").select_option(choice)
        page.locator("#a-lines").fill("文三路 90 号")
        page.locator("#address [type=submit]").click()
        expect(page.locator("#address-dialog")).to_be_hidden()

    def place_order(self) -> str:
        """Order what the checkout shows; the trade's id, once it is to be paid."""
        page = self.page
        expect(page.locator("#place")).to_be_enabled()
        self.keep("checkout")
        page.locator("#place").click()
        page.wait_for_url("**/pay/?trade=*")
        page.locator("#pay-now").wait_for()
        self.keep("pay")
        return page.url.rpartition("trade=")[2]

    def pay(self) -> None:
        """Pay on the sandbox's page, and come back."""
        page = self.page
        page.locator("#by-sandbox").check(force=True)
        page.locator("#pay-now").click()
        page.wait_for_url("**/api/sandbox/pay/**")
        self.keep("sandbox")
        page.locator("button[value=pay]").click()
        page.wait_for_url("**/result/**")
        page.get_by_role("heading", name="Paid, thank you").wait_for()
        self.keep("result")

    def buy_now(self, article: Article) -> str:
        """Buy something straight from its page, as far as its payment; the trade's id."""
        page = self.open(f"p/{article.product_id}/")
        self.choose(article)
        page.get_by_role("button", name="Buy now").click()
        page.wait_for_url("**/checkout/**")
        return self.place_order()

    def cancel(self) -> None:
        """Cancel what is to be paid."""
        page = self.page
        page.locator("#cancel").click()
        page.locator("dialog[open] button[type=submit], dialog[open] .actions .button:not(.quiet)").last.click()
        page.get_by_role("heading", name="cancelled").wait_for()
        self.keep("cancelled")

    def orders(self) -> list[str]:
        """How one's orders stand, the newest first, as their list says."""
        page = self.open("orders/")
        page.locator(".order-card").first.wait_for()
        self.keep("orders")
        return [mark.inner_text() for mark in page.locator(".order-card .marks").all()]


@pytest.fixture
def visit(browser: Browser, mall: LocalMall) -> Iterator[Visit]:
    """Somebody who has never been here."""
    visitor = Visit(browser, mall)
    yield visitor
    visitor.close()
    assert visitor.complaints == []


def available(goods: list[Article]) -> list[int]:
    return [article.available() for article in goods]


def test_a_visitor_becomes_a_customer_whose_orders_are_paid_cancelled_and_run_out(
    mall: LocalMall, goods: list[Article], visit: Visit
) -> None:
    before = available(goods)
    for count, article in enumerate(goods, 1):
        visit.find(article)
        visit.put_into_cart(article, count)
    visit.open("cart/").locator("#to-checkout").wait_for()
    visit.keep("cart")
    visit.page.locator("#to-checkout").click()
    visit.register()
    # The guest's cart came along: the checkout has goods of both merchants.
    visit.page.wait_for_url("**/checkout/")
    expect(visit.page.locator("#checkout-lines .group")).to_have_count(2)
    visit.write_address()
    visit.place_order()
    visit.pay()

    assert visit.orders() == ["To be shipped", "To be shipped"]
    eventually(lambda: available(goods) == [stock - 1 for stock in before])

    visit.buy_now(goods[1])
    assert available(goods)[1] == before[1] - 2
    visit.cancel()
    eventually(lambda: available(goods)[1] == before[1] - 1)

    trade = visit.buy_now(goods[1])
    run_out(mall, trade, "pay")
    visit.page.get_by_role("heading", name="cancelled").wait_for()
    visit.keep("expired")

    eventually(lambda: available(goods) == [stock - 1 for stock in before])
    assert visit.orders() == ["Cancelled", "Cancelled", "To be shipped", "To be shipped"]
