"""Taking a draft back from the review."""

from collections.abc import Callable

from mall.merchants.model import Merchant
from tests.fixtures import goods
from tests.fixtures.gateway import Answer


def test_nobody_reviews_it_any_more(
    mine: Callable[..., Answer], staff: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.draft(merchant)
    revision = mine("submit_product", product.id).body["revision"]

    answer = mine("withdraw_product", product.id)

    assert (answer.status, answer.body["draft"]) == (200, "draft")
    assert staff("list_reviews").body["items"] == []
    assert staff("approve_product", product.id, revision=revision).code == "DraftChanged"
    assert staff("approve_product", product.id, revision=answer.body["revision"]).code == "NotInReview"


def test_a_repetition_changes_nothing(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.draft(merchant)
    mine("submit_product", product.id)

    first, again = (mine("withdraw_product", product.id) for _ in "12")

    assert first.body == again.body


def test_without_a_draft_there_is_nothing_to_take_back(mine: Callable[..., Answer], merchant: Merchant) -> None:
    assert mine("withdraw_product", goods.on_sale(merchant).id).code == "NoDraft"


def test_what_belongs_to_another_is_not_found(mine: Callable[..., Answer]) -> None:
    assert mine("withdraw_product", goods.draft(goods.merchant()).id).code == "NoSuchProduct"
