"""Deleting what is in the cart of a closed account."""

from collections.abc import Callable
from functools import partial
from typing import Any

import boto3
import pytest

from mall import config
from mall.cart import service
from mall.cart.model import Holder
from mall.users.model import AccountClosed
from tests.fixtures import baskets, people
from tests.fixtures.baskets import wish
from tests.functional.cart.conftest import Client

pytestmark = pytest.mark.usefixtures("aws")


def kept() -> list[dict[str, Any]]:
    """What is in the table."""
    found: list[dict[str, Any]] = boto3.client("dynamodb").scan(TableName=config.table("carts"))["Items"]
    return found


def test_nothing_is_left_but_that_nothing_may_come_in_for_two_days(run: Callable[..., Any], lin: Client) -> None:
    lin.add(baskets.on_sale())
    account = {"user_id": lin.caller.user_id, "closed_at": "2030-01-01T00:00:00+00:00"}

    run("cart.erase_cart", account)
    run("cart.erase_cart", account)

    (item,) = kept()
    assert set(item) == {"id", "version", "ended", "ttl"}
    assert lin("get_cart").code == "AccountClosed"


def test_nobody_else_loses_anything(run: Callable[..., Any], lin: Client, guest: Client) -> None:
    tea = baskets.on_sale()
    lin.add(tea)
    guest.add(tea)

    run("cart.erase_cart", {"user_id": people.customer().user_id})

    assert lin.quantities() == guest.quantities() == {tea.skus[0].id: 1}


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_what_is_put_in_at_the_same_moment_does_not_stay(at_once: Callable[..., list[Any]], seed: int | None) -> None:
    tea, me = baskets.on_sale(), people.customer().user_id
    service.add(Holder(me), wish(tea))

    at_once(partial(service.erase, me), partial(service.add, Holder(me), wish(tea, 1)), seed=seed)

    assert all("body" not in item for item in kept())
    with pytest.raises(AccountClosed):
        service.show(Holder(me))
    assert service.selected(me).lines == ()
