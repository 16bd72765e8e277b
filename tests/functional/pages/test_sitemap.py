"""What search engines are told: every live page in every language, and nothing that is gone."""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from mall import clock
from mall.pages import rendering, sitemap
from mall.pages.model import PageId
from mall.pages.press import Press
from tests.functional.pages.conftest import Queue, Site, page
from tests.functional.pages.small_shop import GREEN, LONGJING, NOON, ORIGIN, SmallShop

_NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def locations(text: str) -> list[str]:
    """The addresses that a sitemap, or an index of sitemaps, names."""
    return [found.text or "" for found in ET.fromstring(text).iterfind("./*/s:loc", _NAMES)]


def test_live_pages_are_listed_with_their_twins(press: Callable[[], Press], site: Site) -> None:
    with clock.at(NOON):
        for name in ("home", f"product:{LONGJING}", f"category:{GREEN}", "search", "missing", "offline"):
            rendering.render(page(name), press())

    rendering.render(page("sitemap"), press())

    parts = locations(site.read("/sitemap.xml", "br"))
    assert parts == [f"{ORIGIN}/sitemap-{kind}-1.xml" for kind in ("category", "home", "product")]
    listed = site.read("/sitemap-product-1.xml")
    assert locations(listed) == [f"{ORIGIN}/p/{LONGJING}/", f"{ORIGIN}/en/p/{LONGJING}/"]
    twins = [link.attrib for link in ET.fromstring(listed).iterfind("./s:url/x:link", _NAMES)]
    assert {twin["hreflang"]: twin["href"] for twin in twins} == {
        "zh-CN": f"{ORIGIN}/p/{LONGJING}/",
        "en": f"{ORIGIN}/en/p/{LONGJING}/",
    }
    assert "<lastmod>2030-01-01T12:00:00Z</lastmod>" in listed
    assert site.object("/sitemap.xml")["ContentType"] == "application/xml"
    assert f"Sitemap: {ORIGIN}/sitemap.xml" in site.read("/robots.txt")


def test_what_is_gone_is_listed_no_more(shop: SmallShop, press: Callable[[], Press], site: Site, queue: Queue) -> None:
    for name in (f"product:{LONGJING}", "home", "sitemap"):
        rendering.render(page(name), press())
    assert queue.pages() == ["sitemap"]
    shop.take_down(LONGJING)

    rendering.render(page(f"product:{LONGJING}"), press())
    assert queue.pages() == ["sitemap"]
    rendering.render(page("sitemap"), press())

    assert locations(site.read("/sitemap.xml")) == [f"{ORIGIN}/sitemap-home-1.xml"]
    assert site.status("/sitemap-product-1.xml") == 0


def test_a_page_that_only_looks_different_leaves_the_sitemap_alone(
    shop: SmallShop, press: Callable[[], Press], queue: Queue
) -> None:
    rendering.render(page(f"product:{LONGJING}"), press())
    queue.pages()
    shop.products[LONGJING].summary["en"] = "Picked in April"

    rendering.render(page(f"product:{LONGJING}"), press())

    assert queue.pages() == []


@pytest.mark.parametrize(("pages", "parts"), [(25_000, 1), (25_001, 2), (50_001, 3)])
def test_a_file_holds_fifty_thousand_addresses_at_most(pages: int, parts: int) -> None:
    def listed(kind: str) -> Iterator[tuple[PageId, datetime]]:
        for number in range(pages if kind == "product" else 0):
            yield PageId.of(f"product:prd_{number}"), NOON + timedelta(seconds=number)

    files = {file.path: file.body for file in sitemap.files(ORIGIN, listed)}

    sizes = [files[f"/sitemap-product-{number}.xml"].count(b"<loc>") for number in range(1, parts + 1)]
    assert len(files) == parts + 2
    assert (max(sizes) <= 50_000, sum(sizes)) == (True, 2 * pages)
    assert max(len(body) for body in files.values()) < 50 * 1024 * 1024
    assert files["/sitemap.xml"].count(b"<loc>") == parts
