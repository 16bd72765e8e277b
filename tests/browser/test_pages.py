"""What holds for every kind of page."""

import json
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Page, expect

from infra.web import build
from mall.pages.model import PERSONAL, PageId
from tests.browser.conftest import Visit
from tests.browser.site import Storefront
from tests.browser.test_accessibility import faults, faults_by_day_and_night

# One page of each kind; those that others are told to find first.
LISTED = {
    "home": "/", "category": "/c/cat_home/", "product": "/p/prd_040/", "merchant": "/m/mch_celadon/",
    "brand": "/b/brd_celadon/", "article": "/help/delivery/",
}  # fmt: skip
# What is the visitor's own, or leads to it.
OWN = {str(page): page.path("zh-CN") for page in sorted(PageId(kind) for kind in PERSONAL)}
DOORS = {name: OWN[name] for name in ("sign-in", "register", "forgot", "cart")}
UNLISTED = {"search": "/search/", "missing": "/404.html", "offline": "/offline.html"} | OWN
KINDS = LISTED | UNLISTED
# What everybody sees; the rest asks to sign in first.
PUBLIC = {name: path for name, path in KINDS.items() if name not in OWN or name in DOORS}
MOST_HTML_BYTES = 120_000


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> Iterator[dict[str, str | None]]:
        """The attributes of each element with this name."""
        return (attributes for name, attributes in self.found if name == tag)


def html_of(shop: Storefront, path: str) -> str:
    file = shop.file(path)
    assert file is not None, f"there is no page at {path}"
    return file.read_text(encoding="utf-8")


@cache
def elements_of(shop: Storefront, path: str) -> Elements:
    """The elements of a page; read once for all that is asked of it."""
    return Elements(html_of(shop, path))


@pytest.fixture(params=[home + path.lstrip("/") for path in KINDS.values() for home in ("/", "/en/")])
def page(request: pytest.FixtureRequest, storefront: Storefront) -> Elements:
    """Each kind of page in each language, as it is stored."""
    return elements_of(storefront, request.param)


def test_nothing_is_inside_a_page_that_its_policy_forbids(page: Elements) -> None:
    scripts = [script for script in page.all("script") if "src" not in script]

    assert {script["type"] for script in scripts} <= {"application/ld+json", "application/json"}
    assert list(page.all("style")) == []
    assert [attributes for _, attributes in page.found if "style" in attributes] == []
    assert [name for _, attributes in page.found for name in attributes if name.startswith("on")] == []


def test_a_form_that_only_a_script_can_send_waits_for_it(page: Elements) -> None:
    forms = [form for form in page.all("form") if "action" not in form and "hidden" not in form]

    # The options of a product, and filters, are chosen without being sent.
    assert [form["id"] for form in forms if "inert" not in form and form["id"] not in ("options", "facets")] == []


def test_every_picture_has_a_size_and_says_what_it_shows_or_that_it_decorates(page: Elements) -> None:
    for picture in page.all("img"):
        if "src" in picture:
            assert int(picture["width"] or 0) > 0
            assert int(picture["height"] or 0) > 0
        assert "alt" in picture


def test_no_two_elements_have_the_same_id(page: Elements) -> None:
    ids = [attributes["id"] for _, attributes in page.found if "id" in attributes]

    assert len(ids) == len(set(ids))


def test_a_page_announces_every_module_that_its_scripts_import(page: Elements) -> None:
    names = {address: name for name, address in build.addresses().items()}
    links = list(page.all("link"))

    entries = [names[script["src"]] for script in page.all("script") if script.get("src")]
    announced = {names[link["href"]] for link in links if link["rel"] == "modulepreload"}

    assert {module for entry in entries for module in build.imports(entry)} - {*announced, *entries} == set()
    texts = [names[address] for address in next(page.all("html"))["data-texts"].split()]
    assert set(texts) <= announced


def test_a_page_has_one_heading_and_names_its_language(page: Elements) -> None:
    assert len(list(page.all("h1"))) == 1
    assert next(page.all("html"))["lang"] in ("zh-CN", "en")


def test_no_link_of_the_shop_leads_nowhere(storefront: Storefront) -> None:
    dead = set()
    for path in storefront.folder.rglob("*.html"):
        page = "/" + path.relative_to(storefront.folder).as_posix().removesuffix("index.html")
        for tag, name in (("a", "href"), ("link", "href"), ("script", "src"), ("img", "src"), ("form", "action")):
            for attributes in Elements(path.read_text(encoding="utf-8")).all(tag):
                address = urljoin(storefront.address + page, attributes.get(name) or page)
                target = urlsplit(address)
                # The page of the API is made with the API.
                if target.scheme != "data" and target.path != "/docs/" and storefront.file(target.path) is None:
                    dead.add((page, address))

    assert dead == set()


@pytest.mark.parametrize("path", LISTED.values(), ids=LISTED)
def test_languages_of_a_page_know_one_another_and_each_is_its_own_original(path: str, storefront: Storefront) -> None:
    for home in ("/", "/en/"):
        own = home + path.lstrip("/")
        links = list(Elements(html_of(storefront, own)).all("link"))
        others = {link["hreflang"]: link["href"] for link in links if link["rel"] == "alternate"}

        assert [link["href"] for link in links if link["rel"] == "canonical"] == [storefront.address + own]
        assert others == {
            "zh-CN": storefront.address + path,
            "en": f"{storefront.address}/en{path}",
            "x-default": storefront.address + path,
        }


@pytest.mark.parametrize("path", UNLISTED.values(), ids=UNLISTED)
def test_search_engines_leave_out_what_is_not_about_anything(path: str, storefront: Storefront) -> None:
    page = Elements(html_of(storefront, path))

    assert {"name": "robots", "content": "noindex"} in list(page.all("meta"))
    assert [link for link in page.all("link") if link["rel"] == "canonical"] == []


def test_messengers_are_told_what_a_product_looks_like_and_is_called(storefront: Storefront) -> None:
    page = Elements(html_of(storefront, "/en/p/prd_040/"))
    told = {meta["property"]: meta["content"] for meta in page.all("meta") if "property" in meta}

    assert told["og:title"] == "Light Sports Bottle · The Mall"
    assert told["og:description"] == "Opens with one hand."
    picture = urlsplit(told["og:image"] or "")
    assert storefront.file(picture.path) is not None
    assert picture.scheme == "http"


def test_search_engines_are_told_what_a_product_costs(storefront: Storefront) -> None:
    html = html_of(storefront, "/p/prd_040/")
    data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)[0])

    product = next(thing for thing in data if thing["@type"] == "Product")

    assert product["offers"]["price"] == "59.00"
    assert product["offers"]["priceCurrency"] == "CNY"
    assert all(storefront.file(urlsplit(picture).path) for picture in product["image"])


@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS)
def test_a_page_is_no_burden(path: str, storefront: Storefront) -> None:
    assert len(html_of(storefront, path).encode()) < MOST_HTML_BYTES


def fits(page: Page) -> bool:
    """Whether nothing sticks out of the screen to the side."""
    return bool(page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desktop"])
@pytest.mark.parametrize("path", PUBLIC.values(), ids=PUBLIC)
def test_a_page_runs_under_its_policy_fits_the_screen_and_axe_finds_no_fault(
    path: str, phone: bool, shop: Storefront, visit: Visit
) -> None:
    assert "script-src 'self'" in shop.headers["Content-Security-Policy"]

    page = visit(path, phone=phone)

    # `visit` fails for whatever the console complains of, a breach of the policy too.
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert fits(page), "it is wider than the screen"
    assert (faults(page) if phone else faults_by_day_and_night(page)) == []


def test_the_narrowest_phones_are_wide_enough(visit: Visit) -> None:
    page = visit("/en/p/prd_052/", viewport={"width": 320, "height": 600})

    assert fits(page)


def test_pictures_below_are_fetched_when_the_reader_comes_near(visit: Visit) -> None:
    page = visit("/", phone=True, device_scale_factor=1)
    fetched = "() => performance.getEntriesByType('resource').filter(one => one.name.includes('/media/')).length"
    before = page.evaluate(fetched)

    page.evaluate("() => scrollTo(0, document.body.scrollHeight)")

    page.wait_for_function(f"before => ({fetched})() > before", arg=before)


def test_a_phone_gets_smaller_pictures_than_a_large_screen(visit: Visit) -> None:
    shown = "() => document.querySelector('#gallery img[srcset]').currentSrc"

    small = visit("/p/prd_040/", viewport={"width": 360, "height": 640}).evaluate(shown)
    large = visit("/p/prd_040/", viewport={"width": 1600, "height": 1000}, device_scale_factor=2).evaluate(shown)

    assert small.endswith("/480.webp")
    assert large.endswith("/1080.webp")
