"""The task that gives back what was held for a trade."""

from collections.abc import Callable
from typing import Any

import pytest

from mall import saga
from tests.fixtures.calls import Call, put_between
from tests.functional.inventory.conftest import Shop
from tests.functional.inventory.shelves import pair
from tests.functional.inventory.test_reserve_stock import trade


def test_it_gives_back_what_is_held(shop: Shop, run: Callable[..., Any]) -> None:
    tea = shop.sku(5)
    given = trade(**{tea: 2})
    run("inventory.reserve_stock", given)

    for _ in range(2):
        assert run("inventory.release_stock", given) == {"released": 1}

    assert pair(tea) == (5, 0)


def test_what_was_undone_does_not_happen_any_more(shop: Shop, run: Callable[..., Any]) -> None:
    tea = shop.sku(5)
    given = trade(**{tea: 2})

    assert run("inventory.release_stock", given) == {"released": 1}
    with pytest.raises(saga.AlreadyUndone):
        run("inventory.reserve_stock", given)

    assert pair(tea) == (5, 0)


def test_what_is_given_up_halfway_is_given_back_whole(
    shop: Shop, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    skus = [shop.sku(5) for _ in range(40)]
    given = trade(**dict.fromkeys(skus, 1))
    held = list[int]()

    def give_up(call: Call, client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        answer = call(client, operation, arguments)
        if operation == "TransactWriteItems":
            held.append(sum(pair(sku) == (4, 1) for sku in skus))
            if len(held) == 1:
                run("inventory.release_stock", given)
        return answer

    put_between(monkeypatch, give_up)

    with pytest.raises(saga.AlreadyUndone):
        run("inventory.reserve_stock", given)

    assert 0 < held[0] < 40
    assert {pair(sku) for sku in skus} == {(5, 0)}
