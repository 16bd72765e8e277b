"""A thousand people want a hundred pieces: a hundred get one, and nobody is told anything that is not so."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from mall.inventory import service, spreading, store
from mall.inventory.model import StockBusy
from tests.fixtures.crowds import Crowd
from tests.functional.inventory.shelves import buyer, hold, moved, pair, sku

BUYERS = 1_000


def insistent(reserve: Callable[[], Any]) -> Any:
    """Reserve as the task of an order does: who only met too many others tries again."""
    while True:
        try:
            return reserve()
        except StockBusy:
            continue


def outcome(results: Sequence[Any]) -> dict[str, int]:
    """How many results are of which kind."""
    found: dict[str, int] = {}
    for result in results:
        name = type(result).__name__ if isinstance(result, Exception) else "reserved"
        found[name] = found.get(name, 0) + 1
    return found


def divided(sku_id: str, buckets: int) -> None:
    """See to it that a SKU has so many buckets."""
    while store.load_many([sku_id])[sku_id].buckets < buckets:
        spreading.divide(sku_id)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("pieces", "buckets"), [(10, 1), (100, 1), (100, 8)])
def test_of_a_thousand_buyers_exactly_as_many_get_one_as_there_are(crowd: Crowd, pieces: int, buckets: int) -> None:
    phone = sku(pieces)
    divided(phone, buckets)
    # Somebody came first, so this process knows where to look.
    service.release(hold({phone: 1}), "test")

    results = crowd([partial(insistent, partial(hold, {phone: 1})) for _ in range(BUYERS)])

    assert outcome(results) == {"reserved": pieces, "SoldOut": BUYERS - pieces}
    assert pair(phone) == (0, pieces)
    assert moved(phone).reserved == pieces
    assert crowd.conflicts > 0


def test_who_comes_too_late_hears_of_it_after_two_calls(crowd: Crowd) -> None:
    phone = sku(100)
    divided(phone, 8)
    hold({phone: 99})
    hold({phone: 1})
    crowd.calls.clear()

    assert outcome(crowd([partial(hold, {phone: 1})])) == {"SoldOut": 1}

    assert sum(crowd.calls.values()) <= 2


def test_buyers_who_get_in_each_others_way_divide_the_counters_by_themselves(crowd: Crowd) -> None:
    phone = sku(100)

    crowd([partial(insistent, partial(hold, {phone: 1})) for _ in range(80)])

    assert store.load_many([phone])[phone].buckets > 1
    assert pair(phone) == (20, 80)


def test_the_last_pieces_are_sold_out_of_whichever_buckets_they_are_in(crowd: Crowd) -> None:
    phone = sku(50)
    divided(phone, 24)

    results = crowd([partial(insistent, partial(hold, {phone: 3})) for _ in range(40)])

    # No three are left, and no bucket kept three to itself.
    assert outcome(results) == {"reserved": 16, "SoldOut": 24}
    assert pair(phone) == (2, 48)


def test_nobody_gets_more_than_the_limit_by_asking_many_times_at_once(crowd: Crowd) -> None:
    phone, user_id = sku(100), buyer()

    results = crowd([partial(insistent, partial(hold, {phone: 1}, user_id=user_id, limit=2)) for _ in range(20)])

    assert outcome(results) == {"reserved": 2, "LimitReached": 18}
    assert pair(phone) == (98, 2)


def test_nobody_is_told_that_it_is_sold_out_while_counters_are_divided_and_merged(crowd: Crowd) -> None:
    phone = sku(64)

    def regroup() -> None:
        for _ in range(4):
            spreading.divide(phone)
            spreading.merge(phone)

    results = crowd([*(partial(insistent, partial(hold, {phone: 1})) for _ in range(64)), regroup])

    assert outcome(results[:-1]) == {"reserved": 64}
    assert results[-1] is None
    assert pair(phone) == (0, 64)


def test_paying_giving_back_and_buying_at_once_lose_nothing(crowd: Crowd) -> None:
    phone = sku(30)
    orders = [hold({phone: 1}) for _ in range(30)]
    paid, cancelled = orders[:15], orders[15:]

    results = crowd(
        [
            *(partial(insistent, partial(service.commit, order_id)) for order_id in paid),
            *(partial(insistent, partial(service.release, order_id, "test")) for order_id in cancelled),
        ]
    )

    assert results == [None] * 30
    assert pair(phone) == (15, 0) == (moved(phone).available, moved(phone).reserved)
