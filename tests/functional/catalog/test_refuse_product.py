"""Refusing a draft."""

from collections.abc import Callable

from mall.catalog.products import service
from mall.merchants.model import Merchant
from tests.fixtures import goods
from tests.fixtures.gateway import Answer
from tests.functional.catalog.conftest import body

REASONS = [{"message": "图片与商品不符。", "field": "pictures"}, {"message": "Too dear.", "field": ""}]


def test_its_merchant_reads_why_and_may_try_again(
    mine: Callable[..., Answer], staff: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.draft(merchant)
    revision = service.submit(merchant.id, product.id).revision

    answer = staff("refuse_product", product.id, revision=revision, reasons=REASONS)

    assert (answer.status, answer.body["draft"]) == (200, "refused")
    assert mine("get_own_product", product.id).body["draft"]["reasons"] == REASONS
    assert goods.news("catalog.ProductReviewed")[-1]["reasons"] == REASONS
    assert staff("list_reviews").body["items"] == []
    assert mine("update_product", product.id, **body(product.category_id, submit=True)).body["draft"] == "in_review"


def test_what_is_on_sale_stays_on_sale(
    mine: Callable[..., Answer], staff: Callable[..., Answer], visitor: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.on_sale(merchant)
    revision = mine("update_product", product.id, **body(product.category_id, tags=["x"], submit=True)).body["revision"]

    staff("refuse_product", product.id, revision=revision, reasons=REASONS)

    assert visitor("get_product", product.id).body["version"] == 1


def test_without_reasons_nothing_is_refused(staff: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.draft(merchant)
    revision = service.submit(merchant.id, product.id).revision

    assert staff("refuse_product", product.id, revision=revision, reasons=[]).code == "Invalid"


def test_what_was_changed_or_decided_since_is_not_refused(staff: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.draft(merchant)
    revision = service.submit(merchant.id, product.id).revision

    older = staff("refuse_product", product.id, revision=revision - 1, reasons=REASONS)
    refused = staff("refuse_product", product.id, revision=revision, reasons=REASONS)
    again = staff("refuse_product", product.id, revision=refused.body["revision"], reasons=REASONS)

    assert [answer.code for answer in (older, again)] == ["DraftChanged", "NotInReview"]
