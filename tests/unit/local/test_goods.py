"""The demonstration's goods are what the mall's import takes, and their pictures can be drawn."""

import io
from collections import Counter

import pytest
from PIL import Image

from infra.local.demo import drawings, goods
from mall.imports.documents import Document
from mall.imports.formats import template

GOODS = list(goods.goods())


def leaves(categories: tuple[goods.Category, ...], above: tuple[goods.Attribute, ...] = ()) -> dict[str, set[str]]:
    """The categories without children, and the codes of the attributes that each has."""
    found = {}
    for category in categories:
        attributes = above + category.attributes
        found |= leaves(category.children, attributes) or {category.key: {one.code for one in attributes}}
    return found


def test_at_least_three_merchants_sell_about_sixty_products() -> None:
    shops = Counter(good.shop for good in GOODS)

    assert set(shops) == {shop.key for shop in goods.SHOPS}
    assert len(shops) >= 3
    assert sum(shops.values()) >= 60


@pytest.mark.parametrize("good", GOODS, ids=lambda good: good.document["external_id"])
def test_a_product_is_what_a_file_for_the_import_may_say(good: goods.Good) -> None:
    document = Document.of(good.document, "en")
    attributes = leaves(goods.CATEGORIES)[document.category]

    assert document.name.keys() == set(template.LANGUAGES)
    assert document.attributes.keys() <= attributes
    assert all(sku.options.keys() <= attributes for sku in document.skus)
    assert document.brand is None or document.brand in goods.BRANDS
    assert len({sku.code for sku in document.skus}) == len(document.skus)
    assert set(document.pictures) == {f"{shape}-{colour}.jpg" for shape, colour in good.pictures}


@pytest.mark.parametrize("shape", drawings.SHAPES)
def test_a_picture_is_drawn_the_same_every_time(shape: str) -> None:
    picture = drawings.draw(shape, "clay")

    assert Image.open(io.BytesIO(picture)).size == (720, 720)
    assert drawings.draw(shape, "clay") == picture
