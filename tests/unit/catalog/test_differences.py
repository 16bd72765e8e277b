"""What a reviewer is shown of two versions."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mall.catalog.products.content import Content, Option, Sku, Value
from mall.catalog.products.differences import between, likeness
from mall.money import Money

SKU = Sku(Money(100), id="sku_1", code="A", options={"colour": "red"})
OPTION = Option("colour", {"en": "Colour"}, (Value("red", {"en": "Red"}),))
TEA = Content(category_id="cat_1", name={"en": "Tea"}, options=(OPTION,), skus=(SKU,))
CHANGES: dict[str, Any] = {
    "category_id": "cat_2",
    "name": {"en": "Teas"},
    "brand_id": "brd_1",
    "slug": "tea",
    "summary": {"en": "Good."},
    "description": {"en": "<p>Good.</p>"},
    "attributes": {"origin": "x"},
    "options": (replace(OPTION, name={"en": "Shade"}),),
    "skus": (replace(SKU, weight_g=5),),
    "pictures": ("pic_1",),
    "labels": ("lbl_1",),
    "tags": ("x",),
    "gender_affinity": "F",
    "on_sale_from": datetime(2030, 1, 1, tzinfo=UTC),
    "on_sale_until": datetime(2031, 1, 1, tzinfo=UTC),
    "external_id": "E1",
}


@pytest.mark.parametrize("name", [one.name for one in fields(Content)])
def test_no_field_changes_unseen(name: str) -> None:
    changed = replace(TEA, **{name: CHANGES[name]})

    found = between(TEA, changed)

    assert [difference.field.partition(".")[0] for difference in found] == [name]
    assert likeness(TEA, set()) != likeness(changed, set())


def test_what_stays_is_not_shown() -> None:
    assert between(TEA, TEA) == []


def test_the_price_of_a_known_sku_is_not_for_reviewers_but_that_of_a_new_one_is() -> None:
    dearer = replace(TEA, skus=(replace(SKU, price=Money(999), stock=7),))
    more = replace(TEA, skus=(SKU, Sku(Money(5), id="sku_2")))

    assert between(TEA, dearer) == []
    assert ("skus.sku_2.price", None, 5) in [(one.field, one.before, one.after) for one in between(TEA, more)]
    assert likeness(TEA, {"sku_1"}) == likeness(dearer, {"sku_1"})
    assert likeness(TEA, set()) != likeness(dearer, set())


def test_a_sku_and_an_option_value_that_are_gone_are_shown() -> None:
    less = replace(TEA, skus=(), options=(replace(OPTION, values=()),))

    gone = {one.field: one.after for one in between(TEA, less)}

    assert gone["skus.sku_1.code"] is None
    assert gone["options.colour.values.red"] is None
