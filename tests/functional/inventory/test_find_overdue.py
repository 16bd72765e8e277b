"""Reservations that somebody forgot."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from mall import clock
from mall.inventory import service
from tests.fixtures import goods
from tests.functional.inventory.conftest import Shop
from tests.functional.inventory.shelves import buyer, hold


def overdue(run: Callable[..., Any], **later: float) -> int:
    with clock.at(clock.now() + timedelta(**later)):
        found: int = run("inventory.find_overdue", {})["orders"]
    return found


def test_what_is_held_too_long_is_asked_about_once_an_hour(shop: Shop, run: Callable[..., Any]) -> None:
    tea, pot, user_id = shop.sku(), shop.sku(), buyer()
    order_id = hold({tea: 1, pot: 1}, user_id=user_id)

    with clock.at(clock.now().replace(minute=0, second=0)):
        assert [overdue(run, hours=hours) for hours in (2, 2.5, 3)] == [1, 0, 1]

    assert goods.news("inventory.ReservationOverdue")[0] == {
        "order_id": order_id,
        "user_id": user_id,
        "sku_ids": sorted([tea, pot]),
    }


def test_nobody_is_asked_about_what_is_in_time_or_over(shop: Shop, run: Callable[..., Any]) -> None:
    tea = shop.sku()
    hold({tea: 1})
    service.commit(hold({tea: 1}))
    service.release(hold({tea: 1}), "test")
    extended = hold({tea: 1})
    service.extend(extended, clock.now() + timedelta(hours=3))

    # The first is due after half an hour, and a few minutes late is not too late.
    assert overdue(run, minutes=32) == 0
    assert overdue(run, hours=2) == 1
    assert goods.news("inventory.ReservationOverdue")[0]["order_id"] != extended
