"""Merging a guest's cart into one's own: never another user's, nothing lost, nothing twice."""

from collections.abc import Callable
from functools import partial
from typing import Any

import boto3
import pytest

from mall import config, ids
from mall.auth import NOBODY
from mall.cart import guests, service
from mall.cart.model import CartTokenRefused, Holder
from mall.catalog.offers import service as offers
from mall.catalog.offers.model import Change as OfferChange
from mall.catalog.products.content import Sku
from mall.money import Money
from mall.quotes.model import MOST_LINES
from tests.fixtures import baskets, goods, people
from tests.fixtures.baskets import wish
from tests.fixtures.gateway import Answer
from tests.functional.cart.conftest import Client
from tests.functional.cart.test_add_line import many

pytestmark = pytest.mark.usefixtures("aws")


def merge(client: Client, token: str) -> Answer:
    """The answer to somebody who brings a guest's token."""
    return client("merge_carts", body={"guest_token": token})


def test_what_was_put_in_as_a_guest_is_in_ones_own_cart(lin: Client, guest: Client) -> None:
    tea, pot = baskets.on_sale(), baskets.on_sale()
    lin.add(tea, 0, 2)
    guest.add(tea, 0, 3)
    guest.add(tea, 1, 1)
    guest.add(pot, 0, 1)
    guest.change(pot, note="Gift, please")

    answer = merge(lin, guest.token)

    assert (answer.status, answer.body["id"]) == (200, lin.caller.user_id)
    assert lin.quantities() == {tea.skus[0].id: 5, tea.skus[1].id: 1, pot.skus[0].id: 1}
    notes = {group["merchant"]["id"]: group["note"] for group in lin.get()["groups"]}
    assert notes[pot.merchant_id] == "Gift, please"
    assert answer.body["quote"]["total"]["amount"] == 5 * 12800 + 13800 + 12800


def test_a_guests_cart_that_was_merged_is_gone(lin: Client, guest: Client) -> None:
    tea = baskets.on_sale()
    guest.add(tea)
    token = guest.token
    merge(lin, token)

    assert guest.get()["id"] is None
    assert guest.change(tea, quantity=5).code == "NoSuchLine"
    assert guest.add(tea).body["guest_token"] not in {None, token}
    assert guest.quantities() == {tea.skus[0].id: 1}


def test_merging_again_moves_nothing_again(lin: Client, guest: Client) -> None:
    tea = baskets.on_sale()
    guest.add(tea, 0, 3)

    first = merge(lin, guest.token)
    again = merge(lin, guest.token)

    assert (again.status, again.body) == (200, first.body)
    assert lin.quantities() == {tea.skus[0].id: 3}


def test_a_guests_cart_goes_to_whoever_merges_it_first(
    invoke: Callable[..., Answer], lin: Client, guest: Client
) -> None:
    tea, other = baskets.on_sale(), Client(invoke, people.customer())
    guest.add(tea, 0, 3)
    merge(lin, guest.token)

    answer = merge(other, guest.token)

    assert (answer.status, answer.body["groups"]) == (200, [])
    assert lin.quantities() == {tea.skus[0].id: 3}


def test_merging_nothing_makes_and_changes_nothing(lin: Client, calls: Callable[[], list[str]]) -> None:
    tea = baskets.on_sale()
    lin.add(tea)
    before = lin.get("zh-CN")
    calls()

    answer = merge(lin, guests.token(ids.new("crt")))

    assert answer.body == before
    assert not {"PutItem", "TransactWriteItems"} & set(calls())


def test_the_cart_of_a_user_is_never_merged(invoke: Callable[..., Answer], lin: Client, guest: Client) -> None:
    tea, thief = baskets.on_sale(), Client(invoke, people.customer())
    lin.add(tea)
    guest.add(tea)
    victim, signature = lin.caller.user_id, guest.token.partition(".")[2]

    for token in (
        f"{victim}.{signature}",
        victim,
        f"{ids.new('crt')}.{signature}",
        guest.token[:-2],
        # Even one that was signed for it, as a mistake of ours would.
        guests.token(victim),
    ):
        answer = merge(thief, token)
        assert (answer.status, answer.code) == (403, "CartTokenRefused")

    assert thief.quantities() == {}
    assert lin.quantities() == guest.quantities() == {tea.skus[0].id: 1}


def test_merging_takes_somebody_who_is_signed_in(guest: Client) -> None:
    guest.add(baskets.on_sale())

    answer = Client(guest.invoke, NOBODY)("merge_carts", body={"guest_token": guest.token})

    assert (answer.status, answer.code) == (401, "Unauthenticated")
    assert len(guest.quantities()) == 1


@pytest.mark.parametrize("body", [{}, {"guest_token": ""}, {"guest_token": "x" * 129}, {"guest_token": 7}])
def test_what_is_not_well_formed_is_refused(lin: Client, body: dict[str, Any]) -> None:
    answer = lin("merge_carts", body=body)

    assert (answer.status, answer.code) == (400, "Invalid")


def test_what_ones_cart_cannot_hold_stays_in_the_guests(lin: Client, guest: Client) -> None:
    tea = baskets.on_sale(skus=tuple(many(MOST_LINES + 1)))
    for number in range(MOST_LINES - 1):
        service.add(Holder(lin.caller.user_id), wish(tea, number))
    guest.add(tea, MOST_LINES - 1)
    guest.add(tea, MOST_LINES)

    answer = merge(lin, guest.token)

    assert (answer.status, answer.code) == (409, "CartFull")
    assert len(guest.quantities()) == 2
    lin("remove_line", path={"sku_id": tea.skus[0].id})
    assert merge(lin, guest.token).status == 200
    assert len(lin.quantities()) == MOST_LINES


def test_what_is_sold_in_another_currency_is_saved_for_later(lin: Client, guest: Client) -> None:
    euro = baskets.on_sale(skus=(Sku(Money(500, "EUR"), options={"colour": "red"}, stock=5),))
    lin.add(baskets.on_sale())
    guest.add(euro)

    cart = merge(lin, guest.token).body

    assert [line["sku_id"] for line in cart["saved"]] == [euro.skus[0].id]
    assert cart["quote"]["total"] == {"amount": 12800, "currency": "CNY"}


def test_what_changed_since_the_guest_saw_it_is_told(lin: Client, guest: Client) -> None:
    tea = baskets.on_sale(goods.merchant())
    guest.add(tea)
    offers.set(tea.merchant_id, tea.id, [OfferChange(tea.skus[0].id, price=Money(9900))])

    cart = merge(lin, guest.token).body

    assert [change["kind"] for change in cart["changes"]] == ["price"]
    assert lin.get()["changes"] == []


def test_nothing_is_merged_into_the_cart_of_a_closed_account(lin: Client, guest: Client) -> None:
    guest.add(baskets.on_sale())
    service.erase(lin.caller.user_id)

    answer = merge(lin, guest.token)

    assert (answer.status, answer.code) == (403, "AccountClosed")
    assert len(guest.quantities()) == 1


# --- at once


def guests_cart(*wishes: Any) -> str:
    """The token of a guest's cart with these wishes."""
    token = ""
    for one in wishes:
        token = service.add(Holder(token=token), one).token or token
    return token


def quantities(user_id: str) -> dict[str, int]:
    """How many of each SKU are in somebody's cart."""
    return {line.sku_id: line.quantity for line in service.show(Holder(user_id)).cart.lines}


@pytest.mark.parametrize("seed", [None, 1, 2, 3, 4, 5])
def test_merging_at_once_moves_everything_once(at_once: Callable[..., list[Any]], seed: int | None) -> None:
    tea, me = baskets.on_sale(), people.customer().user_id
    service.add(Holder(me), wish(tea, 0, 1))
    token = guests_cart(wish(tea, 0, 3), wish(tea, 1, 1))

    results = at_once(*[partial(service.merge, me, token)] * 3, seed=seed)

    assert not [result for result in results if isinstance(result, Exception)]
    assert quantities(me) == {tea.skus[0].id: 4, tea.skus[1].id: 1}


@pytest.mark.parametrize("seed", [None, 1, 2, 3, 4, 5])
def test_of_two_people_who_merge_the_same_cart_at_once_one_gets_all_of_it(
    at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    tea = baskets.on_sale()
    lin, han = people.customer().user_id, people.customer().user_id
    token = guests_cart(wish(tea, 0, 3), wish(tea, 1, 1))

    at_once(partial(service.merge, lin, token), partial(service.merge, han, token), seed=seed)

    everything = {tea.skus[0].id: 3, tea.skus[1].id: 1}
    assert sorted([quantities(lin), quantities(han)], key=len) == [{}, everything]


@pytest.mark.parametrize("seed", [None, 1, 2, 3, 4, 5])
def test_what_is_put_into_either_cart_while_they_are_merged_is_somewhere(
    at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    tea, pot, me = baskets.on_sale(), baskets.on_sale(), people.customer().user_id
    token = guests_cart(wish(tea, 0, 3))

    _, mine, guests_ = at_once(
        partial(service.merge, me, token),
        partial(service.add, Holder(me), wish(tea, 1, 1)),
        partial(service.add, Holder(token=token), wish(pot, 0, 2)),
        seed=seed,
    )

    assert not isinstance(mine, Exception)
    found = quantities(me)
    if guests_.token:  # It came after the merge, into a cart of its own.
        for line in service.show(Holder(token=guests_.token)).cart.lines:
            found[line.sku_id] = found.get(line.sku_id, 0) + line.quantity
    assert found == {tea.skus[0].id: 3, tea.skus[1].id: 1, pot.skus[0].id: 2}


def test_nothing_of_a_merged_cart_is_kept_but_that_it_is_gone(lin: Client, guest: Client) -> None:
    guest.add(baskets.on_sale())
    guests_id = guest.get()["id"]
    merge(lin, guest.token)

    key = {"id": {"S": guests_id}}
    item = boto3.client("dynamodb").get_item(TableName=config.table("carts"), Key=key)["Item"]

    assert set(item) == {"id", "version", "ended", "ttl"}


def test_a_token_leads_to_the_cart_that_it_was_given_for(lin: Client) -> None:
    cart_id = guests.new_id()

    assert guests.id_of(guests.token(cart_id)) == cart_id
    assert guests.is_guest(cart_id)
    assert not guests.is_guest(lin.caller.user_id)
    with pytest.raises(CartTokenRefused):
        guests.id_of(guests.token(cart_id).upper())
