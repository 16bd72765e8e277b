"""Counters that need not be divided any longer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from mall import clock
from mall.inventory import service, spreading, store
from tests.functional.inventory.conftest import Shop
from tests.functional.inventory.shelves import hold, moved, pair


def buckets(sku_id: str) -> int:
    return store.load_many([sku_id])[sku_id].buckets


def cool_down(run: Callable[..., Any], **later: float) -> int:
    with clock.at(clock.now() + timedelta(**later)):
        merged: int = run("inventory.cool_down", {})["merged"]
    return merged


def test_what_is_calm_is_put_together_and_what_is_not_stays(shop: Shop, run: Callable[..., Any]) -> None:
    tea = shop.sku(100)
    spreading.felt({tea: spreading.MANY})
    assert buckets(tea) == 8
    held = [hold({tea: 1}) for _ in range(20)]

    assert cool_down(run, minutes=5) == 0
    assert buckets(tea) == 8
    assert cool_down(run, hours=1) == 1

    assert (buckets(tea), pair(tea)) == (1, (80, 20))
    assert cool_down(run, hours=1) == 0
    # What was taken from buckets that are no more is sold and given back all the same.
    for order_id in held[:10]:
        service.commit(order_id)
    for order_id in held[10:]:
        service.release(order_id, "test")
    assert pair(tea) == (90, 0) == (moved(tea).available, moved(tea).reserved)


def test_what_was_held_before_a_sku_was_divided_again_finds_its_way(shop: Shop) -> None:
    tea = shop.sku(100)
    held = []
    for _ in range(3):
        assert spreading.divide(tea) == 8
        held += [hold({tea: 1}) for _ in range(10)]
        assert spreading.merge(tea)
    spreading.divide(tea)
    spreading.divide(tea)
    assert buckets(tea) == 24

    for order_id in held:
        service.release(order_id, "test")

    assert pair(tea) == (100, 0) == (moved(tea).available, moved(tea).reserved)


def test_the_last_units_are_found_wherever_they_are(shop: Shop) -> None:
    tea = shop.sku(100)
    spreading.divide(tea)

    hold({tea: 99})
    hold({tea: 1})

    assert pair(tea) == (0, 100)


def test_what_little_there_is_is_not_divided(shop: Shop) -> None:
    tea = shop.sku(10)

    assert spreading.divide(tea) == 1
