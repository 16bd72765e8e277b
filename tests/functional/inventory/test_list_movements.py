"""What happened to a merchant's stock."""

from collections.abc import Callable
from typing import Any

from mall.inventory import service, spreading
from tests.fixtures.gateway import Answer
from tests.functional.inventory.conftest import Shop
from tests.functional.inventory.shelves import hold


def kinds(body: dict[str, Any]) -> list[tuple[str, int, int]]:
    return [(one["kind"], one["on_hand"], one["reserved"]) for one in body["items"]]


def test_everything_that_happened_is_told_the_latest_first(shop: Shop, mine: Callable[..., Answer]) -> None:
    tea = shop.sku(10)
    sold, returned = hold({tea: 2}), hold({tea: 1})
    service.commit(sold)
    service.release(returned, "changed their mind")
    service.restock(sold, {tea: 1}, key="rfd_1")
    mine("adjust_stock", tea, quantity=-3, reason="broken")

    body = mine("list_movements", tea).body

    assert kinds(body) == [
        ("adjustment", -3, 0),
        ("restock", 1, 0),
        ("release", 0, -1),
        ("sale", -2, -2),
        ("reservation", 0, 1),
        ("reservation", 0, 2),
        ("opening", 10, 0),
    ]
    assert (body["items"][2]["reference"], body["items"][2]["reason"]) == (returned, "changed their mind")
    assert body["items"][0]["reason"] == "broken"
    assert body["items"][0]["by"].startswith("usr_")


def test_they_come_in_pages_wherever_they_were_written_down(shop: Shop, mine: Callable[..., Answer]) -> None:
    tea = shop.sku(100)
    spreading.divide(tea)
    orders = [hold({tea: 1}) for _ in range(12)]

    found, after = [], None
    while True:
        page = mine("list_movements", tea, query={"limit": "5"} | ({"after": after} if after else {})).body
        found += page["items"]
        after = page["next"]
        if after is None:
            break

    assert [one["reference"] for one in found] == [*orders[::-1], ""]


def test_what_is_anothers_is_not_found(shop: Shop, mine: Callable[..., Answer]) -> None:
    assert mine("list_movements", Shop().sku()).code == "NoSuchStock"
    assert mine("list_movements", shop.sku(), query={"after": "x"}).code == "Invalid"
