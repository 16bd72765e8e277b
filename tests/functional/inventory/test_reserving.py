"""Holding stock: all or nothing, once, and never more than there is."""

from datetime import timedelta

import pytest

from mall import clock
from mall.inventory import service
from mall.inventory.model import LimitReached, NotReserved, ReservationOver, RestockedTooMuch, SoldOut, Wanted
from tests.functional.inventory.shelves import SHOP, buyer, hold, moved, order, pair, sku

pytestmark = pytest.mark.usefixtures("aws")


def test_what_is_reserved_is_no_longer_available() -> None:
    tea = sku(10)

    hold({tea: 3})

    assert pair(tea) == (7, 3)
    assert service.available([tea]) == {tea: 7}


def test_a_reservation_that_is_repeated_is_one() -> None:
    tea, user_id, order_id = sku(4), buyer(), order()

    for _ in range(2):
        hold({tea: 3}, order_id=order_id, user_id=user_id)

    assert pair(tea) == (1, 3)


def test_everything_is_reserved_or_nothing() -> None:
    tea, pot = sku(10), sku(1)

    with pytest.raises(SoldOut) as refusal:
        hold({tea: 2, pot: 2})

    assert refusal.value.details["skus"] == [{"sku_id": pot, "wanted": 2, "available": 1}]
    assert pair(tea) == (10, 0)


def test_more_lines_than_a_transaction_holds_are_reserved_or_none_of_them() -> None:
    skus = [sku(1) for _ in range(36)]
    order_id = hold(dict.fromkeys(skus, 1))
    assert set(service.available(skus).values()) == {0}
    service.release(order_id, "test")

    other = hold({skus[-1]: 1})
    with pytest.raises(SoldOut):
        hold(dict.fromkeys(skus, 1))

    assert sum(service.available(skus).values()) == 35
    service.release(other, "test")
    assert hold(dict.fromkeys(skus, 1))


def test_what_does_not_exist_is_sold_out() -> None:
    with pytest.raises(SoldOut):
        hold({"sku_nowhere": 1})
    assert service.available(["sku_nowhere"]) == {"sku_nowhere": 0}


def test_two_orders_of_a_trade_may_want_the_same() -> None:
    tea = sku(3)

    service.reserve("trd_1", buyer(), [Wanted(order(), tea, 1), Wanted(order(), tea, 2)], until=clock.now())

    assert pair(tea) == (0, 3)


def test_a_paid_order_takes_its_stock_along() -> None:
    tea = sku(5)
    order_id = hold({tea: 2})

    for _ in range(2):
        service.commit(order_id)

    assert pair(tea) == (3, 0)
    service.release(order_id, "too late")
    assert pair(tea) == (3, 0) == (moved(tea).available, moved(tea).reserved)


def test_what_was_given_back_can_neither_be_sold_nor_held_again() -> None:
    tea, user_id, order_id = sku(5), buyer(), order()
    hold({tea: 2}, order_id=order_id, user_id=user_id)

    for _ in range(2):
        service.release(order_id, "test")

    assert pair(tea) == (5, 0)
    with pytest.raises(NotReserved):
        service.commit(order_id)
    with pytest.raises(NotReserved):
        service.extend(order_id, clock.now())
    with pytest.raises(ReservationOver):
        hold({tea: 2}, order_id=order_id, user_id=user_id)


def test_only_what_is_overdue_expires_and_what_was_extended_is_not() -> None:
    tea = sku(5)
    order_id = hold({tea: 2})
    service.extend(order_id, clock.now() + timedelta(hours=2))

    with clock.at(clock.now() + timedelta(hours=1)):
        service.expire(order_id)
    assert pair(tea) == (3, 2)

    with clock.at(clock.now() + timedelta(hours=3)):
        service.expire(order_id)
    assert pair(tea) == (5, 0)


def test_nobody_gets_more_than_the_limit_however_many_orders_they_place() -> None:
    tea, user_id = sku(10), buyer()
    first = hold({tea: 2}, user_id=user_id, limit=3)

    with pytest.raises(LimitReached):
        hold({tea: 2}, user_id=user_id, limit=3)

    hold({tea: 2}, limit=3)
    assert pair(tea) == (6, 4)
    service.release(first, "test")
    hold({tea: 3}, user_id=user_id, limit=3)


def test_what_comes_back_comes_back_once_and_never_more_than_was_sold() -> None:
    tea = sku(5)
    order_id = hold({tea: 3})

    for key in ("rfd_1", "rfd_1", "rfd_2"):
        service.restock(order_id, {tea: 1}, key=key)

    assert pair(tea) == (4, 0)
    with pytest.raises(RestockedTooMuch):
        service.restock(order_id, {tea: 2}, key="rfd_3")
    assert (moved(tea).available, moved(tea).reserved) == (4, 0)


def test_the_merchant_says_how_many_can_be_sold_whatever_is_held() -> None:
    tea, other = sku(5), "sku_new"
    hold({tea: 2})

    for _ in range(2):
        service.set_available(SHOP, "prd_1", {tea: 10, other: 4}, by="usr_1", reason="count")

    assert pair(tea) == (10, 2)
    assert pair(other) == (4, 0)
    service.set_available(SHOP, "prd_1", {tea: 0}, by="usr_1", reason="count")
    assert pair(tea) == (0, 2) == (moved(tea).available, moved(tea).reserved)
