"""Changing a line of a cart."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from mall import ids
from mall.cart import service
from mall.cart.model import Change, Holder
from mall.catalog.products import service as products
from mall.catalog.products.content import Sku, Tier
from mall.money import Money
from tests.fixtures import baskets, goods, people
from tests.fixtures.baskets import wish
from tests.fixtures.gateway import Answer
from tests.functional.cart.conftest import Client

pytestmark = pytest.mark.usefixtures("aws")


def test_a_quantity_is_the_one_that_is_said_also_when_it_is_said_again(lin: Client) -> None:
    tea = baskets.on_sale()
    lin.add(tea)

    first = lin.change(tea, quantity=4)
    again = lin.change(tea, quantity=4)

    assert (first.status, first.body["quote"]["total"]["amount"]) == (200, 51200)
    assert again.body == first.body
    assert lin.quantities() == {tea.skus[0].id: 4}


def test_another_quantity_may_be_another_price_and_that_is_no_change(lin: Client) -> None:
    sku = Sku(Money(1000), options={"colour": "red"}, stock=100, tiers=(Tier(10, Money(900)),))
    tea = baskets.on_sale(skus=(sku,))
    lin.add(tea)

    answer = lin.change(tea, quantity=10)

    (line,) = answer.body["groups"][0]["lines"]
    assert (line["unit_price"]["amount"], line["line_total"]["amount"]) == (900, 9000)
    assert answer.body["changes"] == lin.get()["changes"] == []


def test_what_is_saved_for_later_is_aside_and_comes_back(lin: Client) -> None:
    tea, pot = baskets.on_sale(), baskets.on_sale()
    lin.add(tea)
    lin.add(pot)

    saved = lin.change(tea, saved=True).body

    assert [line["sku_id"] for line in saved["saved"]] == [tea.skus[0].id]
    assert [group["lines"][0]["sku_id"] for group in saved["groups"]] == [pot.skus[0].id]
    assert (saved["quote"]["total"]["amount"], saved["count"]) == (12800, 1)
    assert lin.change(tea, selected=True).body["quote"]["total"]["amount"] == 12800

    back = lin.change(tea, saved=False).body
    assert (back["saved"], back["quote"]["total"]["amount"], back["count"]) == ([], 25600, 2)


def test_a_note_is_for_the_merchant_of_the_line(lin: Client) -> None:
    tea, pot = baskets.on_sale(goods.merchant()), baskets.on_sale(goods.merchant())
    lin.add(tea)
    lin.add(pot)

    cart = lin.change(tea, note="  别用塑料袋  ").body

    notes = {group["merchant"]["id"]: group["note"] for group in cart["groups"]}
    assert notes == {tea.merchant_id: "别用塑料袋", pot.merchant_id: ""}
    assert lin.change(tea, note="").body["groups"][0]["note"] == ""


def test_more_than_there_is_is_refused_and_less_is_always_possible(lin: Client) -> None:
    owner = goods.merchant()
    tea = baskets.on_sale(owner)
    lin.add(tea, 0, 5)
    assert lin.change(tea, quantity=11).code == "NotEnoughStock"

    products.take_off_sale(owner.id, tea.id)

    assert (lin.change(tea, quantity=6).status, lin.change(tea, quantity=6).code) == (409, "NotOnSale")
    assert lin.change(tea, quantity=4).status == 200
    assert lin.quantities() == {tea.skus[0].id: 4}


def test_what_cannot_be_bought_cannot_be_selected(lin: Client) -> None:
    owner = goods.merchant()
    tea = baskets.on_sale(owner)
    lin.add(tea)
    products.take_off_sale(owner.id, tea.id)
    lin.get()

    answer = lin.change(tea, selected=True)

    assert answer.status == 200
    assert answer.body["groups"][0]["lines"][0]["selected"] is False
    assert service.selected(lin.caller.user_id).lines == ()


@pytest.mark.parametrize("sku_id", [ids.new("sku"), "sku_1", "nonsense"])
def test_what_is_not_in_the_cart_is_refused(lin: Client, guest: Client, sku_id: str) -> None:
    lin.add(baskets.on_sale())

    for client in (lin, guest):
        answer = client("update_line", path={"sku_id": sku_id}, body={"quantity": 1})

        assert (answer.status, answer.code) == (404, "NoSuchLine")


@pytest.mark.parametrize(
    "wrong",
    [{"quantity": 0}, {"quantity": 1000}, {"note": "x" * 201}, {"note": "a\nb"}, {"selected": "perhaps"}, {"price": 1}],
)
def test_what_is_not_well_formed_is_refused(lin: Client, wrong: dict[str, Any]) -> None:
    tea = baskets.on_sale()
    lin.add(tea)

    answer = lin.change(tea, **wrong)

    assert (answer.status, answer.code) == (400, "Invalid")


def test_a_change_of_nothing_changes_nothing(lin: Client) -> None:
    tea = baskets.on_sale()
    before = lin.add(tea).body

    answer = lin.change(tea)

    assert (answer.status, answer.body) == (200, before)


def test_nobody_changes_the_line_of_another(invoke: Callable[..., Answer], lin: Client, guest: Client) -> None:
    tea = baskets.on_sale()
    lin.add(tea)
    guest.add(tea)

    for stranger in (Client(invoke, people.customer()), Client(invoke)):
        assert stranger.change(tea, quantity=9).code == "NoSuchLine"

    assert lin.quantities() == guest.quantities() == {tea.skus[0].id: 1}


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_changes_at_once_are_all_kept(at_once: Callable[..., list[Any]], seed: int | None) -> None:
    tea, me = baskets.on_sale(), Holder(people.customer().user_id)
    first, second = tea.skus[0].id, tea.skus[1].id
    service.add(me, wish(tea, 0, 2))
    service.add(me, wish(tea, 1, 1))

    results = at_once(
        partial(service.change, me, first, Change(quantity=5)),
        partial(service.change, me, second, Change(saved=True)),
        partial(service.change, me, first, Change(note="quickly")),
        seed=seed,
    )

    assert not [result for result in results if isinstance(result, Exception)]
    cart = service.show(me).cart
    assert (cart.line(first).quantity, cart.line(second).saved) == (5, True)
    assert cart.notes == {tea.merchant_id: "quickly"}
