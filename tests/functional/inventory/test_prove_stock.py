"""The nightly proof."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mall import clock, config
from mall.aws import client
from mall.inventory import service, spreading
from tests.functional.inventory.conftest import Shop
from tests.functional.inventory.shelves import hold

NIGHT = datetime(2031, 1, 1, 19, tzinfo=UTC)


def prove(run: Callable[..., Any], nights: int = 0) -> tuple[int, int]:
    with clock.at(NIGHT + timedelta(days=nights)):
        answer = run("inventory.prove_stock", {})
    assert answer["done"]
    return answer["proved"], answer["differences"]


def falsify(sku_id: str, by: int) -> None:
    """Change a counter behind the inventory's back."""
    client("dynamodb").update_item(
        TableName=config.table("stock"),
        Key={"id": {"S": sku_id}},
        UpdateExpression="ADD a_main :by",
        ExpressionAttributeValues={":by": {"N": str(by)}},
    )


def test_all_that_happened_adds_up_night_after_night(shop: Shop, run: Callable[..., Any]) -> None:
    tea, pot = shop.sku(100), shop.sku(5)
    spreading.divide(tea)
    service.commit(hold({tea: 2, pot: 1}))
    hold({tea: 1})

    assert prove(run) == (2, 0)
    assert prove(run) == (2, 0)

    with clock.at(NIGHT + timedelta(hours=9)):
        spreading.merge(tea)
        service.release(hold({tea: 3}), "test")
        service.commit(hold({pot: 2}))
    assert prove(run, nights=1) == (2, 0)


@pytest.mark.parametrize("proved_before", [True, False])
def test_what_does_not_add_up_is_told_every_night_until_it_does(
    shop: Shop, run: Callable[..., Any], logged: Callable[[], list[dict[str, Any]]], proved_before: bool
) -> None:
    tea, _ = shop.sku(10), shop.sku(5)
    if proved_before:
        prove(run)
    with clock.at(NIGHT + timedelta(hours=9)):
        hold({tea: 1})

    falsify(tea, 3)
    for night in (1, 2):
        assert prove(run, night) == (2, 1)
    wrong = [line for line in logged() if line["level"] == "ERROR"]
    assert [(line["sku_id"], line["available"] - line["moved_available"]) for line in wrong] == [(tea, 3)] * 2

    falsify(tea, -3)
    assert prove(run, 3) == (2, 0)


def test_a_counter_that_changed_without_anything_else_is_found(shop: Shop, run: Callable[..., Any]) -> None:
    tea = shop.sku(10)
    prove(run)

    falsify(tea, 1)

    assert prove(run, 1) == (1, 1)


def test_a_night_that_is_cut_short_goes_on_where_it_was(shop: Shop) -> None:
    from mall.inventory.proof import service as proof

    for _ in range(3):
        shop.sku(1)
    with clock.at(NIGHT):
        assert not proof.prove(lambda: False).done
        assert proof.prove(lambda: True).proved == 3
