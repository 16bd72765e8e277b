"""Taking a line out of a cart."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from mall import ids
from mall.cart import service
from mall.cart.model import Holder
from tests.fixtures import baskets, people
from tests.fixtures.baskets import wish
from tests.fixtures.gateway import Answer
from tests.functional.cart.conftest import Client

pytestmark = pytest.mark.usefixtures("aws")


def test_what_is_taken_out_is_gone_and_a_repetition_changes_nothing(lin: Client, guest: Client) -> None:
    tea = baskets.on_sale()
    for client in (lin, guest):
        client.add(tea, 0)
        client.add(tea, 1)

        first = client("remove_line", path={"sku_id": tea.skus[0].id})
        again = client("remove_line", path={"sku_id": tea.skus[0].id})

        assert (first.status, again.status) == (200, 200)
        assert first.body == again.body
        assert client.quantities() == {tea.skus[1].id: 1}


def test_saved_lines_are_taken_out_too(lin: Client) -> None:
    tea = baskets.on_sale()
    lin.add(tea)
    lin.change(tea, saved=True)

    assert lin("remove_line", path={"sku_id": tea.skus[0].id}).body["saved"] == []


def test_nothing_is_taken_out_of_a_cart_that_there_is_not(guest: Client, calls: Callable[[], list[str]]) -> None:
    answer = guest("remove_line", path={"sku_id": ids.new("sku")})

    assert (answer.status, answer.body["id"], answer.body["groups"]) == (200, None, [])
    assert calls() == []


def test_nobody_takes_anything_out_of_anothers_cart(invoke: Callable[..., Answer], lin: Client, guest: Client) -> None:
    tea = baskets.on_sale()
    lin.add(tea)
    guest.add(tea)

    for stranger in (Client(invoke, people.customer()), Client(invoke)):
        stranger("remove_line", path={"sku_id": tea.skus[0].id})

    assert lin.quantities() == guest.quantities() == {tea.skus[0].id: 1}


def test_a_token_that_is_not_ours_is_refused(guest: Client) -> None:
    answer = guest("remove_line", path={"sku_id": ids.new("sku")}, headers={"Cart-Token": "crt_1.x"})

    assert (answer.status, answer.code) == (403, "CartTokenRefused")


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_what_is_put_in_while_something_is_taken_out_is_not_lost(
    at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    tea, me = baskets.on_sale(), Holder(people.customer().user_id)
    service.add(me, wish(tea, 0))

    at_once(
        partial(service.remove, me, tea.skus[0].id),
        partial(service.add, me, wish(tea, 1)),
        partial(service.remove, me, tea.skus[0].id),
        seed=seed,
    )

    assert [line.sku_id for line in service.show(me).cart.lines] == [tea.skus[1].id]
