"""Counting the pictures of brands, merchants, banners and articles."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mall.catalog.brands import service as brands
from mall.catalog.brands.schemas import ChangedBrand
from mall.content import service as content
from mall.content.schemas import ArticleBody, BannerBody
from mall.images import service as images
from mall.merchants import service as merchants
from mall.merchants.schemas import ChangedMerchant
from tests.fixtures import goods, pictures
from tests.fixtures.drawings import encoded, halves

pytestmark = pytest.mark.usefixtures("aws", "database")

SAMPLE = Path(__file__).parents[3] / "events" / "pages" / "on_sign_changed.json"
Tell = Callable[..., None]


@pytest.fixture
def tell(run: Callable[..., Any]) -> Tell:
    """Let the function take news in, as its queue delivers them."""

    def act(*aggregates: str) -> None:
        (record,) = json.loads(SAMPLE.read_text(encoding="utf-8"))["Records"]
        envelope = json.loads(record["body"])
        records = [
            record
            | {
                "messageId": aggregate,
                "body": json.dumps(envelope | {"detail": envelope["detail"] | {"aggregate": aggregate}}),
            }
            for aggregate in aggregates
        ]
        assert run("pages.on_sign_changed", {"Records": records}) == {"batchItemFailures": []}

    return act


@pytest.fixture
def shown() -> tuple[str, str]:
    """Two pictures that are ready."""
    clerk = replace(goods.clerk(goods.merchant()), permissions=frozenset({"*"}))
    first, second = (pictures.taken(clerk, encoded(halves(side))) for side in (300, 310))
    return first, second


def uses(*ids: str) -> list[int]:
    found = images.get_many(ids)
    return [found[id].uses for id in ids]


def test_the_logo_of_a_brand_counts_until_it_has_another(tell: Tell, shown: tuple[str, str]) -> None:
    brand = goods.brand({"en": "Breeze"})

    def wear(logo: str) -> None:
        version = brands.get(brand.id).version
        given = {"name": {"en": "Breeze"}, "slug": brand.slug, "description": {}, "logo": logo, "hidden": False}
        brands.change(brand.id, ChangedBrand.model_validate(given | {"version": version}))
        for _ in range(2):
            tell(brand.id)

    wear(shown[0])
    assert uses(*shown) == [1, 0]
    wear(shown[1])
    assert uses(*shown) == [0, 1]
    wear("")
    assert uses(*shown) == [0, 0]


def test_the_logo_of_a_merchant_counts(tell: Tell, shown: tuple[str, str]) -> None:
    merchant = goods.merchant()
    merchants.change(merchant.id, ChangedMerchant(logo=shown[0]))

    tell(merchant.id)

    assert uses(*shown) == [1, 0]


def test_a_banner_and_an_article_count_as_long_as_they_are_there(tell: Tell, shown: tuple[str, str]) -> None:
    first, second = shown
    banner = {"title": {"en": "Spring"}, "href": "/search/", "picture_id": first}
    content.put_banner("spring", BannerBody.model_validate(banner))
    html = f'<p><img src="/media/p/{second}/480.webp" alt="A cup"></p>'
    content.put_article("cups", ArticleBody.model_validate({"title": {"en": "Cups"}, "body": {"en": html}}))
    tell("banner:spring", "article:cups")
    assert uses(first, second) == [1, 1]

    content.remove_banner("spring")
    content.remove_article("cups")
    tell("banner:spring", "article:cups")

    assert uses(first, second) == [0, 0]


def test_what_is_gone_is_no_mistake(tell: Tell) -> None:
    tell("brd_01KAQ3Z5J8M0T1V2W3X4Y5Z6ZZ", "mch_01KAQ3Z5J8M0T1V2W3X4Y5Z6ZZ00", "banner:none", "article:none")


def test_on_schedule_everything_is_counted_whose_news_were_lost(
    run: Callable[..., Any], shown: tuple[str, str]
) -> None:
    merchant = goods.merchant()
    merchants.change(merchant.id, ChangedMerchant(logo=shown[0]))
    content.put_banner(
        "spring",
        BannerBody.model_validate({"title": {"en": "Spring"}, "href": "/search/", "picture_id": shown[1]}),
    )

    for _ in range(2):
        assert run("pages.on_sign_changed", {})["signs"] >= 2

    assert uses(*shown) == [1, 1]
