"""Taking one's own product off sale."""

from collections.abc import Callable

from mall.merchants.model import Merchant
from tests.fixtures import goods
from tests.fixtures.gateway import Answer
from tests.functional.catalog.conftest import body


def test_nobody_sees_it_any_more(
    mine: Callable[..., Answer], visitor: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.on_sale(merchant)

    answer = mine("take_off_sale", product.id)

    assert (answer.status, answer.body["live"]) == (200, "off_sale")
    assert visitor("get_product", product.id).status == 404
    assert goods.news("catalog.ProductTakenDown") == [
        {
            "product_id": product.id,
            "merchant_id": merchant.id,
            "category_id": product.category_id,
            "reason": "merchant",
        }
    ]


def test_a_repetition_changes_nothing_and_tells_nobody(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.on_sale(merchant)

    first, again = (mine("take_off_sale", product.id) for _ in "12")

    assert first.body == again.body
    assert len(goods.news("catalog.ProductTakenDown")) == 1


def test_it_stays_off_sale_when_its_next_version_is_approved(
    mine: Callable[..., Answer], staff: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.on_sale(merchant)
    mine("take_off_sale", product.id)
    revision = mine("update_product", product.id, **body(product.category_id, tags=["x"], submit=True)).body["revision"]

    answer = staff("approve_product", product.id, revision=revision)

    assert (answer.body["version"], answer.body["live"]) == (2, "off_sale")


def test_what_was_never_approved_is_not_on_sale(mine: Callable[..., Answer], merchant: Merchant) -> None:
    assert mine("take_off_sale", goods.draft(merchant).id).code == "NotApproved"


def test_what_belongs_to_another_stays_on_sale(mine: Callable[..., Answer], visitor: Callable[..., Answer]) -> None:
    product = goods.on_sale()

    assert mine("take_off_sale", product.id).code == "NoSuchProduct"
    assert visitor("get_product", product.id).status == 200
