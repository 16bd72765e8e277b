"""Taking a product down for the platform."""

from collections.abc import Callable

from mall.merchants.model import Merchant
from tests.fixtures import goods
from tests.fixtures.gateway import Answer
from tests.functional.catalog.conftest import ABSENT


def test_it_is_gone_and_its_merchant_reads_why(
    mine: Callable[..., Answer], staff: Callable[..., Answer], visitor: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.on_sale(merchant)

    answer = staff("take_product_down", product.id, reason="涉嫌侵权。")

    assert (answer.status, answer.body["live"]) == (200, "off_sale")
    assert visitor("get_product", product.id).status == 404
    live = mine("get_own_product", product.id).body["live"]
    assert (live["off"], live["off_reason"]) == ("platform", "涉嫌侵权。")
    assert goods.news("catalog.ProductTakenDown")[-1]["reason"] == "platform"


def test_a_repetition_changes_nothing(staff: Callable[..., Answer]) -> None:
    product = goods.on_sale()

    first, again = (staff("take_product_down", product.id, reason="fake") for _ in "12")

    assert first.body == again.body


def test_what_its_merchant_took_off_is_held_too(
    mine: Callable[..., Answer], staff: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.on_sale(merchant)
    mine("take_off_sale", product.id)

    staff("take_product_down", product.id, reason="fake")

    assert mine("put_on_sale", product.id).code == "HeldByPlatform"


def test_what_was_never_on_sale_cannot_be_taken_down(staff: Callable[..., Answer]) -> None:
    assert staff("take_product_down", goods.draft(goods.merchant()).id, reason="x").code == "NotApproved"
    assert staff("take_product_down", ABSENT, reason="x").code == "NoSuchProduct"
