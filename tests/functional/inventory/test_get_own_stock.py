"""A merchant's stock of a SKU."""

from collections.abc import Callable

from mall.inventory import spreading
from tests.fixtures.gateway import Answer
from tests.functional.inventory.conftest import Shop
from tests.functional.inventory.shelves import PRODUCT, hold


def test_it_tells_what_is_there_and_what_is_held(shop: Shop, mine: Callable[..., Answer]) -> None:
    tea = shop.sku(20)
    hold({tea: 4})

    body = mine("get_own_stock", tea).body

    assert (body["product_id"], body["on_hand"], body["reserved"], body["available"]) == (PRODUCT, 20, 4, 16)
    assert (body["level"], body["threshold"]) == ("in_stock", 5)


def test_nobody_sees_that_it_is_divided(shop: Shop, mine: Callable[..., Answer]) -> None:
    tea = shop.sku(20)
    before = mine("get_own_stock", tea).body

    assert spreading.divide(tea) == 8

    assert mine("get_own_stock", tea).body == before


def test_what_is_anothers_is_not_found(shop: Shop, mine: Callable[..., Answer]) -> None:
    assert mine("get_own_stock", Shop().sku()).code == "NoSuchStock"
    assert mine("get_own_stock", "sku_01KAQ3Z5J8M0T1V2W3X4Y5Z6A7").code == "NoSuchStock"
