"""Putting an approved product on sale."""

from collections.abc import Callable
from datetime import timedelta

from mall import clock
from mall.merchants import service as merchants
from mall.merchants.model import Merchant
from tests.fixtures import goods
from tests.fixtures.gateway import Answer


def test_what_was_taken_off_is_on_sale_again(
    mine: Callable[..., Answer], visitor: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.on_sale(merchant)
    mine("take_off_sale", product.id)

    answer = mine("put_on_sale", product.id)

    assert (answer.status, answer.body["live"], answer.body["version"]) == (200, "on_sale", 1)
    assert visitor("get_product", product.id).status == 200
    assert len(goods.news("catalog.ProductPublished")) == 2


def test_a_repetition_changes_nothing_and_tells_nobody(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.on_sale(merchant)

    first, again = (mine("put_on_sale", product.id) for _ in "12")

    assert first.body == again.body
    assert len(goods.news("catalog.ProductPublished")) == 1


def test_what_was_never_approved_is_not_sold(mine: Callable[..., Answer], merchant: Merchant) -> None:
    assert mine("put_on_sale", goods.draft(merchant).id).code == "NotApproved"


def test_what_the_platform_took_down_is_not_sold(
    mine: Callable[..., Answer], staff: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.on_sale(merchant)
    staff("take_product_down", product.id, reason="fake")

    answer = mine("put_on_sale", product.id)

    assert (answer.status, answer.code) == (409, "HeldByPlatform")


def test_what_is_over_is_not_sold(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.on_sale(merchant, on_sale_until=clock.now() + timedelta(days=1))
    mine("take_off_sale", product.id)

    with clock.at(clock.now() + timedelta(days=2)):
        assert mine("put_on_sale", product.id).code == "NothingToSell"


def test_a_suspended_merchant_sells_nothing(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.on_sale(merchant)
    mine("take_off_sale", product.id)
    merchants.suspend(merchant.id, "no licence")

    assert mine("put_on_sale", product.id).code == "MerchantNotActive"


def test_what_belongs_to_another_is_not_found(mine: Callable[..., Answer]) -> None:
    assert mine("put_on_sale", goods.on_sale().id).code == "NoSuchProduct"
