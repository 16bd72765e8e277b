"""What pages show in each language, and the tags of it."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from mall.pages.model import PageId
from mall.pages.press import Press
from mall.pages.templates import MissingText, environment
from tests.functional.pages.small_shop import (
    BILUOCHUN,
    BRAND,
    GREEN,
    LONGJING,
    MERCHANT,
    NOON,
    ORIGIN,
    PICTURE,
    TEAS,
    TEMPLATES,
    SmallShop,
    both,
    product,
)

PRODUCT = f"product:{LONGJING}"


def rendered(press: Callable[[], Press], name: str) -> tuple[dict[str, str], set[str]]:
    """The text at each path of a page, and its tags."""
    found = press().render(PageId.of(name))
    return {file.path: file.body.decode() for file in found.files}, set(found.tags)


def structured(html: str) -> list[Any]:
    """The data for search engines in a page."""
    return [json.loads(text) for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)]


def test_a_product_is_shown_in_both_languages_at_addresses_of_its_own(press: Callable[[], Press]) -> None:
    files, _ = rendered(press, PRODUCT)

    assert list(files) == [f"/p/{LONGJING}/", f"/en/p/{LONGJING}/"]
    chinese, english = files.values()
    for text in ("西湖龙井", "明前采摘", "<p>清香</p>", "产地", "杭州", "250 g", "¥129.00", "西湖茶庄", "狮峰", "绿茶"):
        assert text in chinese
    for text in ("Longjing", "<p>Fresh</p>", "Hangzhou", "CN¥129.00", "West Lake Tea", f'href="/en/c/{GREEN}/"'):
        assert text in english


def test_a_page_names_its_address_and_its_twins(press: Callable[[], Press]) -> None:
    files, _ = rendered(press, PRODUCT)

    for html in files.values():
        alternates = dict(re.findall(r'<link rel="alternate" hreflang="([\w-]+)" href="([^"]+)">', html))
        assert alternates == {
            "zh-CN": f"{ORIGIN}/p/{LONGJING}/",
            "en": f"{ORIGIN}/en/p/{LONGJING}/",
            "x-default": f"{ORIGIN}/p/{LONGJING}/",
        }
    assert f'<link rel="canonical" href="{ORIGIN}/en/p/{LONGJING}/">' in files[f"/en/p/{LONGJING}/"]


def test_search_engines_are_told_what_a_product_costs_and_whether_it_is_there(
    shop: SmallShop, press: Callable[[], Press]
) -> None:
    shop.stock = dict.fromkeys((f"sku_{LONGJING[4:]}s", f"sku_{LONGJING[4:]}l"), "out")

    files, _ = rendered(press, PRODUCT)

    told, crumbs = structured(files[f"/en/p/{LONGJING}/"])
    assert told["@type"] == "Product"
    assert told["offers"]["@type"] == "AggregateOffer"
    assert (told["offers"]["lowPrice"], told["offers"]["highPrice"]) == ("129.00", "259.00")
    assert told["offers"]["availability"] == "https://schema.org/OutOfStock"
    assert [step["name"] for step in crumbs["itemListElement"]] == ["Teas", "Green teas"]


def test_what_a_merchant_writes_cannot_leave_its_place(shop: SmallShop, press: Callable[[], Press]) -> None:
    evil = '</script><script>alert(1)</script>"><b>'
    shop.sell(product(LONGJING, both(evil, evil)))

    files, _ = rendered(press, PRODUCT)

    for html in files.values():
        assert "<script>alert" not in html
        assert structured(html)[0]["name"] == evil


def test_a_page_carries_the_tags_of_all_it_shows(press: Callable[[], Press]) -> None:
    _, tags = rendered(press, PRODUCT)

    assert tags == {
        PRODUCT,
        f"category:{TEAS}",
        f"category:{GREEN}",
        f"merchant:{MERCHANT}",
        f"brand:{BRAND}",
    }


@pytest.mark.parametrize("name", [f"category:{GREEN}", f"merchant:{MERCHANT}", f"brand:{BRAND}", "home"])
def test_a_list_carries_the_tags_of_its_products(shop: SmallShop, press: Callable[[], Press], name: str) -> None:
    shop.sell(product(BILUOCHUN, both("碧螺春", "Biluochun")))

    files, tags = rendered(press, name)

    assert {f"product:{LONGJING}", f"product:{BILUOCHUN}", name} <= tags
    assert all(f"/p/{BILUOCHUN}/" in html for html in files.values())


def test_a_picture_that_is_not_there_yet_is_waited_for(shop: SmallShop, press: Callable[[], Press]) -> None:
    made = shop.ready.pop(PICTURE)
    files, tags = rendered(press, PRODUCT)
    assert f"picture:{PICTURE}" in tags
    assert "<img" not in files[f"/p/{LONGJING}/"]

    shop.ready[PICTURE] = made
    files, tags = rendered(press, PRODUCT)

    assert f"picture:{PICTURE}" not in tags
    assert f'srcset="/media/p/{PICTURE}/160.webp 160w, /media/p/{PICTURE}/480.webp 480w' in files[f"/p/{LONGJING}/"]


def test_pinned_products_stand_apart_on_the_home_page(shop: SmallShop, press: Callable[[], Press]) -> None:
    shop.sell(product(BILUOCHUN, both("碧螺春", "Biluochun"), flags={"pinned": NOON}))
    shop.hung = [
        SimpleNamespace(id="spring", title=both("春茶", "Spring teas"), text={}, href="/search/", picture_id=None,
                        picture_href=None)
    ]  # fmt: skip

    files, _ = rendered(press, "home")

    pinned, _, hot, *_ = re.findall(r"<ul>(.*?)</ul>", files["/en/"])
    assert ("Biluochun" in pinned, "Longjing" in pinned) == (True, False)
    assert ("Biluochun" in hot, "Longjing" in hot) == (False, True)
    assert "Spring teas" in files["/en/"]
    assert structured(files["/"])[0]["potentialAction"]["target"]["urlTemplate"].startswith(f"{ORIGIN}/search/")


def test_an_article_lists_the_others(shop: SmallShop, press: Callable[[], Press]) -> None:
    for slug, title in (("delivery", both("配送", "Delivery")), ("returns", both("退货", "Returns"))):
        shop.written[slug] = SimpleNamespace(
            slug=slug, title=title, body=both("<p>。</p>", "<p>.</p>"), updated_at=NOON + timedelta(days=4)
        )

    files, tags = rendered(press, "article:delivery")

    assert tags == {"content:delivery"}
    main, footer = files["/en/help/delivery/"].split("<footer>")
    assert ("5 January 2030" in main, "Returns" in main, "Returns" in footer) == (True, True, True)
    assert "2030年1月5日" in files["/help/delivery/"]


@pytest.mark.parametrize(
    ("name", "paths", "statuses"),
    [
        ("search", ["/search/", "/en/search/"], [200, 200]),
        ("missing", ["/404.html", "/en/404.html"], [404, 404]),
        ("offline", ["/offline.html", "/en/offline.html"], [200, 200]),
        ("cart", ["/cart/", "/en/cart/"], [200, 200]),
        ("security", ["/account/security/", "/en/account/security/"], [200, 200]),
    ],
)
def test_standing_pages_are_not_for_search_engines(
    press: Callable[[], Press], name: str, paths: list[str], statuses: list[int]
) -> None:
    found = press().render(PageId.of(name))

    assert [(file.path, file.status) for file in found.files] == list(zip(paths, statuses, strict=True))
    assert all(b"noindex" in file.body for file in found.files)


def test_a_product_that_is_not_on_sale_is_gone(shop: SmallShop, press: Callable[[], Press]) -> None:
    shop.take_down(LONGJING)

    found = press().render(PageId.of(PRODUCT))

    assert (found.gone, found.tags) == (True, frozenset())
    assert [file.status for file in found.files] == [410, 410]
    assert "No longer on sale" in found.files[1].body.decode()


def test_a_merchants_products_go_with_the_merchant(shop: SmallShop, press: Callable[[], Press]) -> None:
    del shop.merchants[MERCHANT]

    assert press().render(PageId.of(PRODUCT)).gone


def test_a_template_may_ask_for_nothing_that_is_not_there() -> None:
    made = environment(TEMPLATES, "en")

    assert made.from_string('{{ asset("app.css") }} {{ asset("x.js") }}').render() == (
        "/assets/app.0123abcd.css /assets/x.js"
    )
    with pytest.raises(MissingText, match="en: nothing"):
        made.from_string('{{ t("nothing") }}').render()
    with pytest.raises(Exception, match="'nothing' is undefined"):
        made.from_string("{{ nothing }}").render()
