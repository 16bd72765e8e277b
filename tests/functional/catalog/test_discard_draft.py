"""Throwing a draft away."""

from collections.abc import Callable

from mall.merchants.model import Merchant
from tests.fixtures import goods
from tests.fixtures.gateway import Answer
from tests.functional.catalog.conftest import body


def test_what_is_live_stays(mine: Callable[..., Answer], staff: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.on_sale(merchant)
    mine("update_product", product.id, **body(product.category_id, tags=["x"], submit=True))

    answer = mine("discard_draft", product.id)

    assert (answer.status, answer.body["draft"], answer.body["live"]) == (200, None, "on_sale")
    assert mine("get_own_product", product.id).body["draft"] is None
    assert staff("list_reviews").body["items"] == []


def test_a_second_time_there_is_none(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.on_sale(merchant)
    mine("update_product", product.id, **body(product.category_id, tags=["x"]))
    mine("discard_draft", product.id)

    assert mine("discard_draft", product.id).code == "NoDraft"


def test_a_product_that_was_never_approved_is_nothing_but_its_draft(
    mine: Callable[..., Answer], merchant: Merchant
) -> None:
    answer = mine("discard_draft", goods.draft(merchant).id)

    assert (answer.status, answer.code) == (409, "NotApproved")


def test_what_belongs_to_another_is_not_found(mine: Callable[..., Answer]) -> None:
    assert mine("discard_draft", goods.draft(goods.merchant()).id).code == "NoSuchProduct"
