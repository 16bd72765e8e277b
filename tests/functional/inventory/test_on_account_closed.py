"""What somebody waited for whose account is closed."""

from collections.abc import Callable
from typing import Any

from tests.fixtures import people
from tests.fixtures.gateway import Answer
from tests.functional.inventory.conftest import Shop


def test_it_is_forgotten(shop: Shop, shopper: Callable[..., Answer], deliver: Callable[..., Any]) -> None:
    somebody, other, tea = people.customer(), people.customer(), shop.sku(0)
    for one in (somebody, other):
        shopper("add_restock_notice", tea, by=one)

    for _ in range(2):
        assert deliver("on_account_closed", somebody.user_id) == {"batchItemFailures": []}

    assert shopper("list_restock_notices", by=somebody).body["items"] == []
    assert len(shopper("list_restock_notices", by=other).body["items"]) == 1
