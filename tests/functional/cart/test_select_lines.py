"""Selecting what is to be ordered."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from mall import ids
from mall.cart import service
from mall.cart.model import Holder
from tests.fixtures import baskets, goods, people
from tests.fixtures.baskets import wish
from tests.fixtures.gateway import Answer
from tests.functional.cart.conftest import Client

pytestmark = pytest.mark.usefixtures("aws")


def selected(answer: Answer) -> set[str]:
    """The SKUs that are selected."""
    return {line["sku_id"] for group in answer.body["groups"] for line in group["lines"] if line["selected"]}


def test_all_a_merchants_or_some_lines_are_selected_and_the_total_is_theirs(lin: Client) -> None:
    tea, pot = baskets.on_sale(goods.merchant()), baskets.on_sale(goods.merchant())
    for product in (tea, pot):
        lin.add(product, 0)
        lin.add(product, 1)
    red, blue = (sku.id for sku in tea.skus)
    theirs = {sku.id for sku in pot.skus}

    nothing = lin("select_lines", body={"selected": False})
    assert (nothing.status, selected(nothing), nothing.body["quote"]["total"]["amount"]) == (200, set(), 0)
    assert selected(lin("select_lines", body={"selected": True, "merchant_id": pot.merchant_id})) == theirs
    some = lin("select_lines", body={"selected": True, "sku_ids": [red]})
    assert selected(some) == theirs | {red}
    assert some.body["quote"]["total"]["amount"] == 2 * 12800 + 13800
    assert selected(lin("select_lines", body={"selected": True})) == theirs | {red, blue}


def test_a_repetition_changes_nothing_and_writes_nothing(lin: Client, calls: Callable[[], list[str]]) -> None:
    lin.add(baskets.on_sale())
    first = lin("select_lines", body={"selected": False})
    calls()

    again = lin("select_lines", body={"selected": False})

    assert again.body == first.body
    assert "PutItem" not in calls()


def test_what_is_not_in_the_cart_is_refused(lin: Client) -> None:
    lin.add(baskets.on_sale())
    strange = ids.new("sku")

    answer = lin("select_lines", body={"selected": True, "sku_ids": [strange]})

    assert (answer.status, answer.code, answer.body["Details"]) == (404, "NoSuchLine", {"sku_ids": [strange]})


def test_a_merchant_of_whom_nothing_is_there_selects_nothing(lin: Client) -> None:
    tea = baskets.on_sale()
    lin.add(tea)

    answer = lin("select_lines", body={"selected": False, "merchant_id": ids.new("mch", slot=1)})

    assert selected(answer) == {tea.skus[0].id}


@pytest.mark.parametrize(
    "wrong",
    [{}, {"selected": None}, {"selected": True, "sku_ids": ["x"]}, {"selected": True, "merchant_id": "x"}],
)
def test_what_is_not_well_formed_is_refused(lin: Client, wrong: dict[str, Any]) -> None:
    assert lin("select_lines", body=wrong).code == "Invalid"


def test_nobody_selects_in_anothers_cart(invoke: Callable[..., Answer], lin: Client, guest: Client) -> None:
    tea = baskets.on_sale()
    lin.add(tea)
    guest.add(tea)

    for stranger in (Client(invoke, people.customer()), Client(invoke)):
        assert stranger("select_lines", body={"selected": False}).status == 200
        assert stranger("select_lines", body={"selected": False, "sku_ids": [tea.skus[0].id]}).code == "NoSuchLine"

    assert lin.get()["quote"]["total"]["amount"] == guest.get()["quote"]["total"]["amount"] == 12800


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_lines_selected_at_once_are_all_selected(at_once: Callable[..., list[Any]], seed: int | None) -> None:
    tea, me = baskets.on_sale(), Holder(people.customer().user_id)
    service.add(me, wish(tea, 0))
    service.add(me, wish(tea, 1))
    service.select(me, False)

    at_once(*[partial(service.select, me, True, sku_ids=[sku.id]) for sku in tea.skus], seed=seed)

    assert len(service.selected(me.user_id).lines) == 2
