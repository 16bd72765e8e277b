"""Having a draft reviewed."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from mall.catalog.products import service
from mall.merchants.model import Kind, Merchant
from tests.fixtures import goods
from tests.fixtures.gateway import Answer
from tests.functional.catalog.conftest import ABSENT


def test_it_waits_for_a_reviewer(mine: Callable[..., Answer], staff: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.draft(merchant)

    answer = mine("submit_product", product.id)

    assert (answer.status, answer.body["draft"], answer.body["live"]) == (200, "in_review", None)
    assert [item["id"] for item in staff("list_reviews").body["items"]] == [product.id]


def test_a_repetition_changes_nothing(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.draft(merchant)

    first, again = (mine("submit_product", product.id) for _ in "12")

    assert first.body == again.body


def test_the_malls_own_store_and_the_trusted_need_no_reviewer(call: Callable[..., Answer]) -> None:
    own = goods.merchant(Kind.SELF)
    product = goods.draft(own)

    answer = call("submit_product", goods.clerk(own), product.id, {})

    assert (answer.body["draft"], answer.body["live"], answer.body["version"]) == (None, "on_sale", 1)
    (told,) = goods.news("catalog.ProductPublished")
    assert told == {
        "product_id": product.id,
        "merchant_id": own.id,
        "category_id": product.category_id,
        "brand_id": None,
        "version": 1,
        "first": True,
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"attributes": {}}, "attributes.origin"),
        ({"skus": ()}, "skus"),
        ({"pictures": (f"pic_{'0' * 32}",)}, "pictures"),
    ],
)
def test_what_is_not_complete_is_not_reviewed(
    mine: Callable[..., Answer], merchant: Merchant, changes: dict[str, object], field: str
) -> None:
    product = goods.draft(merchant, **changes)

    answer = mine("submit_product", product.id)

    assert (answer.status, answer.code, answer.body["Details"]["field"]) == (400, "BadProduct", field)
    assert service.own(merchant.id, product.id).revision == 1


def test_what_the_category_asks_for_now_counts(mine: Callable[..., Answer], merchant: Merchant) -> None:
    category = goods.category()
    product = goods.draft(merchant, category.id)
    weight = replace(goods.WEIGHT, required=True)
    goods.publish(replace(category, attributes=(goods.ORIGIN, weight, goods.COLOUR)), revision=2)

    assert mine("submit_product", product.id).body["Details"]["field"] == "attributes.net_weight"


def test_there_is_nothing_to_review_without_a_draft(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.on_sale(merchant)

    answer = mine("submit_product", product.id)

    assert (answer.status, answer.code) == (409, "NoDraft")


def test_what_belongs_to_another_is_not_found(mine: Callable[..., Answer]) -> None:
    other = goods.draft(goods.merchant())

    assert {mine("submit_product", id).code for id in (other.id, ABSENT)} == {"NoSuchProduct"}


def test_who_lacks_the_permission_submits_nothing(call: Callable[..., Answer], merchant: Merchant) -> None:
    intern = replace(goods.clerk(merchant), permissions=frozenset({"catalog.get_own_product"}))

    assert call("submit_product", intern, goods.draft(merchant).id, {}).status == 403
