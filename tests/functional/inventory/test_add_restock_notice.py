"""Asking to be told when something can be had again."""

from collections.abc import Callable

from mall import clock, ids
from mall.inventory.notices import model, store
from tests.fixtures import people
from tests.fixtures.gateway import Answer
from tests.functional.inventory.conftest import Shop
from tests.functional.inventory.shelves import PRODUCT


def waiting(shopper: Callable[..., Answer]) -> list[str]:
    return [one["sku_id"] for one in shopper("list_restock_notices").body["items"]]


def test_who_asks_twice_waits_once(shop: Shop, shopper: Callable[..., Answer]) -> None:
    tea = shop.sku(0)

    first, again = (shopper("add_restock_notice", tea) for _ in "12")

    assert first.body == again.body
    assert (first.body["sku_id"], first.body["product_id"]) == (tea, PRODUCT)
    assert waiting(shopper) == [tea]


def test_nobody_waits_for_what_is_there(shop: Shop, shopper: Callable[..., Answer]) -> None:
    assert shopper("add_restock_notice", shop.sku(1)).code == "StillThere"
    assert waiting(shopper) == []


def test_nobody_waits_for_what_does_not_exist(
    shop: Shop, shopper: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    assert shopper("add_restock_notice", "sku_01KAQ3Z5J8M0T1V2W3X4Y5Z6A7").code == "NoSuchStock"
    path = {"product_id": "prd_01KAQ3Z5J8M0T1V2W3X4Y5Z6A7", "sku_id": shop.sku(0)}
    assert invoke("inventory.add_restock_notice", caller=people.customer(), path=path).code == "NoSuchStock"
    assert waiting(shopper) == []


def test_nobody_waits_for_everything(shop: Shop, shopper: Callable[..., Answer]) -> None:
    somebody = people.customer()
    for _ in range(model.MOST):
        store.add(model.Notice(somebody.user_id, ids.new("sku"), PRODUCT, clock.now()))

    assert shopper("add_restock_notice", shop.sku(0), by=somebody).code == "TooManyNotices"


def test_who_is_not_signed_in_cannot_be_told(shop: Shop, invoke: Callable[..., Answer]) -> None:
    path = {"product_id": PRODUCT, "sku_id": shop.sku(0)}

    assert invoke("inventory.add_restock_notice", path=path).code == "Unauthenticated"
