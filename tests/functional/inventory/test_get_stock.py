"""What operators see of anybody's stock."""

from collections.abc import Callable

from tests.fixtures import goods
from tests.fixtures.gateway import Answer
from tests.functional.inventory.conftest import Shop


def test_operators_see_anybodys_stock(shop: Shop, invoke: Callable[..., Answer]) -> None:
    answer = invoke("inventory.get_stock", caller=goods.operator(), path={"sku_id": shop.sku(7)})

    assert (answer.body["available"], answer.body["merchant_id"]) == (7, shop.id)


def test_what_is_not_there_is_not_found(shop: Shop, invoke: Callable[..., Answer]) -> None:
    path = {"sku_id": "sku_01KAQ3Z5J8M0T1V2W3X4Y5Z6A7"}

    assert invoke("inventory.get_stock", caller=goods.operator(), path=path).code == "NoSuchStock"


def test_it_is_for_the_platform_only(shop: Shop, invoke: Callable[..., Answer]) -> None:
    assert invoke("inventory.get_stock", caller=shop.clerk, path={"sku_id": shop.sku()}).status == 403
