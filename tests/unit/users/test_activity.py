"""What can be a favourite, and what its id looks like."""

import pytest

from mall import ids
from mall.users.activity.model import Kind, NotAFavouriteKind, check_merchant, check_product


def test_products_and_merchants_can_be_favourites() -> None:
    assert Kind.of("product") is Kind.PRODUCT
    assert Kind.of("merchant") is Kind.MERCHANT


@pytest.mark.parametrize("name", ["", "order", "PRODUCT", "product#merchant"])
def test_nothing_else_can(name: str) -> None:
    with pytest.raises(NotAFavouriteKind):
        Kind.of(name)


def test_the_id_has_to_be_of_the_kind() -> None:
    product, merchant = ids.new("prd"), ids.new("mch", slot=5)

    assert Kind.PRODUCT.check(product) == check_product(product) == product
    assert Kind.MERCHANT.check(merchant) == check_merchant(merchant) == merchant
    for kind, other in ((Kind.PRODUCT, merchant), (Kind.MERCHANT, product)):
        with pytest.raises(ids.MalformedId):
            kind.check(other)


@pytest.mark.parametrize("tail", ["", "0" * 25, "0" * 27, "0" * 25 + "#", "0" * 25 + "i", "0" * 25 + "Ａ"])
def test_what_is_no_id_is_refused(tail: str) -> None:
    with pytest.raises(ids.MalformedId):
        check_product(f"prd_{tail}")
