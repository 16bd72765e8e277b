"""From how many on a SKU is low."""

from collections.abc import Callable

import pytest

from tests.fixtures.gateway import Answer
from tests.functional.inventory.conftest import Shop
from tests.functional.inventory.shelves import pair


def test_the_level_follows_the_threshold(shop: Shop, mine: Callable[..., Answer]) -> None:
    tea = shop.sku(10)

    for _ in range(2):
        assert [mine("set_threshold", tea, low=10).body[name] for name in ("level", "threshold")] == ["low", 10]
    assert mine("set_threshold", tea, low=0).body["level"] == "in_stock"
    assert mine("set_threshold", tea, low=None).body["threshold"] == 5
    assert pair(tea) == (10, 0)


@pytest.mark.parametrize("said", [{"low": -1}, {"high": 1}, {"low": "few"}])
def test_what_is_no_threshold_is_refused(shop: Shop, mine: Callable[..., Answer], said: dict[str, object]) -> None:
    assert mine("set_threshold", shop.sku(), **said).code == "Invalid"


def test_what_is_anothers_is_not_found(shop: Shop, mine: Callable[..., Answer]) -> None:
    assert mine("set_threshold", Shop().sku(), low=1).code == "NoSuchStock"
