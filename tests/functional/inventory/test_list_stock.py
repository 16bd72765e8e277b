"""A merchant's stock, in pages, and what of it is low."""

from collections.abc import Callable
from typing import Any

from tests.fixtures.gateway import Answer
from tests.functional.inventory.conftest import Shop
from tests.functional.inventory.shelves import hold


def test_it_comes_in_pages_with_what_is_held(shop: Shop, mine: Callable[..., Answer]) -> None:
    skus = sorted(shop.sku(10) for _ in range(3))
    hold({skus[0]: 4})

    first = mine("list_stock", query={"limit": "2"}).body
    rest = mine("list_stock", query={"limit": "2", "after": first["next"]}).body

    assert [one["sku_id"] for one in first["items"] + rest["items"]] == skus
    assert rest["next"] is None
    told = {name: first["items"][0][name] for name in ("on_hand", "reserved", "available", "level", "warehouses")}
    assert told == {
        "on_hand": 10,
        "reserved": 4,
        "available": 6,
        "level": "in_stock",
        "warehouses": [{"warehouse_id": "main", "on_hand": 10, "reserved": 4, "available": 6}],
    }


def test_only_what_is_low_or_out(shop: Shop, mine: Callable[..., Answer], watch: Callable[[], Any]) -> None:
    low, out, enough = shop.sku(3), shop.sku(1), shop.sku(50)
    hold({out: 1})
    watch()

    first = mine("list_stock", query={"level": "low", "limit": "1"}).body
    rest = mine("list_stock", query={"level": "low", "limit": "1", "after": first["next"]}).body

    found = {one["sku_id"]: one["level"] for one in first["items"] + rest["items"]}
    assert found == {low: "low", out: "out"}
    assert enough not in found


def test_nobody_sees_anothers_stock(shop: Shop, invoke: Callable[..., Answer]) -> None:
    tea = shop.sku()

    stranger = Shop().clerk
    assert invoke("inventory.list_stock", caller=stranger, query={}).body["items"] == []
    assert invoke("inventory.list_stock", caller=stranger, query={"after": tea}).body["items"] == []


def test_nonsense_is_no_cursor(mine: Callable[..., Answer]) -> None:
    assert mine("list_stock", query={"after": "nonsense"}).code == "Invalid"
    assert mine("list_stock", query={"level": "high"}).code == "Invalid"
