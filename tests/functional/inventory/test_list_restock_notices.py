"""What one waits for."""

from collections.abc import Callable

from tests.fixtures import people
from tests.fixtures.gateway import Answer
from tests.functional.inventory.conftest import Shop


def test_it_comes_in_pages_and_is_ones_own(shop: Shop, shopper: Callable[..., Answer]) -> None:
    skus = sorted(shop.sku(0) for _ in range(3))
    for tea in skus:
        shopper("add_restock_notice", tea)

    first = shopper("list_restock_notices", query={"limit": "2"}).body
    rest = shopper("list_restock_notices", query={"limit": "2", "after": first["next"]}).body

    assert [one["sku_id"] for one in first["items"] + rest["items"]] == skus
    assert rest["next"] is None
    assert shopper("list_restock_notices", by=people.customer()).body["items"] == []
    assert shopper("list_restock_notices", query={"after": "nonsense"}).code == "Invalid"
