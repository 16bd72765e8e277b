"""Showing a merchant all of its product."""

from collections.abc import Callable

from mall.merchants.model import Merchant
from tests.fixtures import goods
from tests.fixtures.gateway import Answer
from tests.functional.catalog.conftest import ABSENT, body


def test_draft_what_is_live_and_stock_are_shown(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.on_sale(merchant, external_id="TEA-01")
    mine("update_product", product.id, **body(product.category_id, external_id="TEA-01", tags=["new"]))

    answer = mine("get_own_product", product.id)

    assert answer.status == 200
    assert answer.body["live"]["state"] == "on_sale"
    assert answer.body["live"]["content"]["external_id"] == "TEA-01"
    assert (answer.body["draft"]["state"], answer.body["draft"]["content"]["tags"]) == ("draft", ["new"])
    assert [offer["available"] for offer in answer.body["offers"]] == [10, 3]


def test_a_refusals_reasons_are_shown(
    mine: Callable[..., Answer], staff: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.draft(merchant)
    revision = mine("submit_product", product.id).body["revision"]
    reasons = [{"message": "Where is it from?", "field": "attributes.origin"}]
    staff("refuse_product", product.id, revision=revision, reasons=reasons)

    assert mine("get_own_product", product.id).body["draft"]["reasons"] == reasons


def test_what_belongs_to_another_is_not_found(mine: Callable[..., Answer]) -> None:
    other = goods.draft(goods.merchant())

    assert {mine("get_own_product", id).code for id in (other.id, ABSENT, "ext#1")} == {"NoSuchProduct"}
