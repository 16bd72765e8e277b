"""Emptying a cart."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from mall.cart import service
from mall.cart.model import Holder
from tests.fixtures import baskets, people
from tests.fixtures.baskets import wish
from tests.fixtures.gateway import Answer
from tests.functional.cart.conftest import Client

pytestmark = pytest.mark.usefixtures("aws")


def test_nothing_is_left_neither_lines_nor_notes(lin: Client, guest: Client) -> None:
    tea = baskets.on_sale()
    for client in (lin, guest):
        client.add(tea, 0)
        client.add(tea, 1)
        client.change(tea, 0, saved=True, note="Gift, please")

        first = client("clear_cart")
        again = client("clear_cart")

        assert (first.status, first.body, again.status) == (204, None, 204)
        assert client.quantities() == {}
        assert client.add(tea).body["groups"][0]["note"] == ""


def test_emptying_what_is_empty_writes_nothing(lin: Client, guest: Client, calls: Callable[[], list[str]]) -> None:
    for client in (lin, guest):
        assert client("clear_cart").status == 204

    assert calls() == ["GetItem"]


def test_an_addition_that_is_repeated_later_does_not_come_back(lin: Client) -> None:
    tea = baskets.on_sale()
    lin.add(tea, headers={"Idempotency-Key": "k1"})
    lin("clear_cart")

    lin.add(tea, headers={"Idempotency-Key": "k1"})

    assert lin.quantities() == {}


def test_nobody_empties_anothers_cart(invoke: Callable[..., Answer], lin: Client, guest: Client) -> None:
    tea = baskets.on_sale()
    lin.add(tea)
    guest.add(tea)

    for stranger in (Client(invoke, people.customer()), Client(invoke)):
        stranger("clear_cart")
    assert guest("clear_cart", headers={"Cart-Token": f"{lin.caller.user_id}.x"}).code == "CartTokenRefused"

    assert lin.quantities() == guest.quantities() == {tea.skus[0].id: 1}


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_emptying_twice_at_once_is_emptying_once(at_once: Callable[..., list[Any]], seed: int | None) -> None:
    tea, me = baskets.on_sale(), Holder(people.customer().user_id)
    service.add(me, wish(tea))

    results = at_once(partial(service.clear, me), partial(service.clear, me), seed=seed)

    assert results == [None, None]
    assert service.show(me).cart.lines == ()
