"""Lifting the platform's hold."""

from collections.abc import Callable

from mall.merchants.model import Merchant
from tests.fixtures import goods
from tests.fixtures.gateway import Answer


def test_its_merchant_decides_when_it_is_on_sale_again(
    mine: Callable[..., Answer], staff: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.on_sale(merchant)
    staff("take_product_down", product.id, reason="fake")

    answer = staff("release_product", product.id)

    assert (answer.status, answer.body["live"]) == (200, "off_sale")
    assert mine("put_on_sale", product.id).body["live"] == "on_sale"


def test_what_is_not_held_stays_as_it_is(staff: Callable[..., Answer]) -> None:
    product = goods.on_sale()

    first, again = (staff("release_product", product.id) for _ in "12")

    assert (first.body, first.body["live"]) == (again.body, "on_sale")


def test_what_was_never_approved_is_not_held(staff: Callable[..., Answer]) -> None:
    assert staff("release_product", goods.draft(goods.merchant()).id).code == "NotApproved"
