"""Showing a draft beside what is live."""

from collections.abc import Callable

from mall.merchants.model import Merchant
from tests.fixtures import goods
from tests.fixtures.gateway import Answer
from tests.functional.catalog.conftest import ABSENT, body


def test_the_fields_that_differ_are_told_with_both_sides(
    mine: Callable[..., Answer], staff: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.on_sale(merchant)
    red = product.skus[0]
    wanted = body(
        product.category_id,
        name={"zh-CN": "西湖龙井", "en": "Longjing"},
        description={"zh-CN": "<p>明前采摘。</p>"},
        attributes={"origin": "杭州", "net_weight": 250},
        submit=True,
    )
    wanted["skus"] = [
        {"code": "T-R", "options": {"colour": "red"}, "price": {"amount": 1}, "weight_g": 300},
        {"code": "T-B", "options": {"colour": "blue"}, "price": {"amount": 2}},
    ]
    mine("update_product", product.id, **wanted)

    answer = staff("get_review", product.id)

    assert answer.status == 200
    assert answer.body["merchant_id"] == merchant.id
    assert answer.body["product"]["live"]["version"] == 1
    differences = {one["field"]: (one["before"], one["after"]) for one in answer.body["differences"]}
    assert differences == {
        "name.en": ("West Lake Longjing", "Longjing"),
        "slug": ("west-lake-longjing", "longjing"),
        "attributes.net_weight": (None, 250),
        f"skus.{red.id}.weight_g": (None, 300),
    }


def test_of_a_new_product_everything_is_new(
    mine: Callable[..., Answer], staff: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.draft(merchant)
    mine("submit_product", product.id)

    differences = {one["field"]: one for one in staff("get_review", product.id).body["differences"]}

    assert differences["name.zh-CN"] == {"field": "name.zh-CN", "before": None, "after": "西湖龙井"}
    assert differences[f"skus.{product.skus[0].id}.price"]["after"] == 12800


def test_without_a_draft_there_is_nothing_to_review(staff: Callable[..., Answer]) -> None:
    assert staff("get_review", goods.on_sale().id).code == "NoDraft"
    assert staff("get_review", ABSENT).code == "NoSuchProduct"
