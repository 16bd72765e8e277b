"""A thousand people want a hundred pieces: a hundred get one, and nobody is told anything that is not so."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from mall.inventory import service, spreading, store
from mall.inventory.model import SoldOut, StockBusy
from tests.fixtures.crowds import Crowd
from tests.functional.inventory.shelves import buyer, hold, moved, order, pair, sku

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


@pytest.mark.parametrize(("pieces", "buckets"), [(10, 1), (100, 1), (100, 8), (100, 24)])
def test_of_a_thousand_buyers_exactly_as_many_get_one_as_there_are(crowd: Crowd, pieces: int, buckets: int) -> None:
    phone = sku(pieces)
    divided(phone, buckets)

    results = crowd([partial(insistent, partial(hold, {phone: 1})) for _ in range(BUYERS)])

    assert outcome(results) == {"reserved": pieces, "SoldOut": BUYERS - pieces}
    assert pair(phone) == (0, pieces)
    assert moved(phone).reserved == pieces
    assert crowd.conflicts > 0
