"""Asking no longer to be told."""

from collections.abc import Callable

from tests.fixtures import people
from tests.fixtures.gateway import Answer
from tests.functional.inventory.conftest import Shop


def test_who_asks_no_longer_waits_no_longer_and_everybody_else_does(shop: Shop, shopper: Callable[..., Answer]) -> None:
    tea, other = shop.sku(0), people.customer()
    shopper("add_restock_notice", tea)
    shopper("add_restock_notice", tea, by=other)

    for _ in range(2):
        assert shopper("remove_restock_notice", tea).status == 204

    assert shopper("list_restock_notices").body["items"] == []
    assert len(shopper("list_restock_notices", by=other).body["items"]) == 1
