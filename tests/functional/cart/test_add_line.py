"""Putting something into a cart."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import boto3
import pytest

from mall import clock, config, ids
from mall.cart import guests, service
from mall.cart.model import CartBusy, CartFull, Holder
from mall.catalog.products import service as products
from mall.catalog.products.content import Sku
from mall.merchants import service as merchants
from mall.money import Money
from mall.quotes.model import MOST_LINES
from mall.seen import forget
from tests.fixtures import baskets, calls, goods, people
from tests.fixtures.baskets import wish
from tests.fixtures.calls import Call
from tests.fixtures.gateway import Answer
from tests.functional.cart.conftest import Client

pytestmark = pytest.mark.usefixtures("aws")


def many(count: int) -> list[Sku]:
    """So many SKUs: different sizes, each in red and in blue."""
    return [
        Sku(Money(100), options={"colour": ("red", "blue")[number % 2], "size": f"size {number // 2}"}, stock=9)
        for number in range(count)
    ]


def test_what_is_put_in_is_there_and_selected(lin: Client) -> None:
    tea = baskets.on_sale()

    answer = lin.add(tea, 0, 2)

    assert answer.status == 201
    (line,) = answer.body["groups"][0]["lines"]
    assert (line["sku_id"], line["quantity"], line["selected"]) == (tea.skus[0].id, 2, True)
    assert answer.body["quote"]["total"] == {"amount": 25600, "currency": "CNY"}
    assert answer.body["changes"] == []
    assert lin.quantities() == {tea.skus[0].id: 2}


def test_the_same_again_adds_up(lin: Client) -> None:
    tea = baskets.on_sale()

    lin.add(tea, 0, 2)
    lin.add(tea, 0, 3)

    assert lin.quantities() == {tea.skus[0].id: 5}


def test_a_repetition_by_its_key_adds_nothing(lin: Client, guest: Client) -> None:
    tea = baskets.on_sale()
    guest.add(tea, 1)

    for client in (lin, guest):
        first = client.add(tea, 0, 2, headers={"Idempotency-Key": "k1"})
        again = client.add(tea, 0, 2, headers={"Idempotency-Key": "k1"})

        assert (again.status, again.body) == (201, first.body | {"guest_token": None})
        assert client.quantities()[tea.skus[0].id] == 2


def test_one_key_of_two_people_is_two_keys(lin: Client, guest: Client) -> None:
    tea = baskets.on_sale()

    for client in (lin, guest):
        client.add(tea, headers={"Idempotency-Key": "k1"})

    assert lin.quantities() == guest.quantities() == {tea.skus[0].id: 1}
    assert lin.get()["id"] != guest.get()["id"]


def test_a_guest_gets_a_token_with_the_first_thing_and_keeps_it(guest: Client) -> None:
    tea = baskets.on_sale()

    first = guest.add(tea)
    second = guest.add(tea, 1)

    assert first.body["guest_token"] == guests.token(first.body["id"])
    assert second.body["guest_token"] is None
    assert guest.quantities() == {tea.skus[0].id: 1, tea.skus[1].id: 1}


def test_a_guests_cart_has_a_time_to_live_and_a_persons_has_none(lin: Client, guest: Client) -> None:
    tea, noon = baskets.on_sale(), datetime(2030, 1, 1, 12, tzinfo=UTC)
    with clock.at(noon):
        lin.add(tea)
        guest.add(tea)

    items = boto3.client("dynamodb").scan(TableName=config.table("carts"))["Items"]

    expires = {item["id"]["S"]: int(item["ttl"]["N"]) if "ttl" in item else None for item in items}
    assert expires == {lin.caller.user_id: None, guest.get()["id"]: int((noon + timedelta(days=30)).timestamp())}


def test_what_the_mall_does_not_know_is_refused(lin: Client) -> None:
    tea, pot = baskets.on_sale(), baskets.on_sale()

    for body in (
        baskets.line(tea) | {"sku_id": ids.new("sku")},
        baskets.line(tea) | {"product_id": pot.id},
        baskets.line(tea) | {"product_id": ids.new("prd")},
    ):
        answer = lin("add_line", body=body)

        assert (answer.status, answer.code) == (404, "NoSuchSku")
    assert lin.quantities() == {}


def test_a_wrong_product_is_refused_for_what_is_in_the_cart_already(lin: Client) -> None:
    tea, pot = baskets.on_sale(), baskets.on_sale()
    lin.add(tea)

    answer = lin("add_line", body=baskets.line(tea) | {"product_id": pot.id})

    assert (answer.status, answer.code) == (404, "NoSuchSku")
    assert lin.quantities() == {tea.skus[0].id: 1}


def test_what_cannot_be_bought_is_refused(lin: Client) -> None:
    owner, suspended = goods.merchant(), goods.merchant()
    off_sale, theirs, scarce = baskets.on_sale(owner), baskets.on_sale(suspended), baskets.on_sale(owner)
    products.take_off_sale(owner.id, off_sale.id)
    merchants.suspend(suspended.id, "The licence has expired.")
    forget()

    for product in (off_sale, theirs):
        answer = lin.add(product)
        assert (answer.status, answer.code) == (409, "NotOnSale")
    answer = lin.add(scarce, 1, 4)
    assert (answer.status, answer.code) == (409, "NotEnoughStock")
    assert answer.body["Details"] == {"sku_id": scarce.skus[1].id, "wanted": 4, "available": 3}
    lin.add(scarce, 1, 2)
    assert lin.add(scarce, 1, 2).code == "NotEnoughStock"
    assert lin.quantities() == {scarce.skus[1].id: 2}


def test_what_is_sold_in_another_currency_is_refused(lin: Client) -> None:
    euro = baskets.on_sale(skus=(Sku(Money(500, "EUR"), options={"colour": "red"}, stock=5),))
    lin.add(baskets.on_sale())

    answer = lin.add(euro)

    assert (answer.status, answer.code) == (409, "OtherCurrency")
    assert answer.body["Details"] == {"currency": "CNY"}


def test_a_line_and_a_cart_have_limits(lin: Client) -> None:
    tea = baskets.on_sale(skus=tuple(many(MOST_LINES + 1)))
    plenty = baskets.on_sale(skus=(Sku(Money(100), options={"colour": "red"}, stock=5000),))
    lin.add(plenty, 0, 999)
    assert (lin.add(plenty).status, lin.add(plenty).code) == (409, "LineFull")
    for number in range(MOST_LINES - 1):
        service.add(Holder(lin.caller.user_id), wish(tea, number))

    answer = lin.add(tea, MOST_LINES)

    assert (answer.status, answer.code) == (409, "CartFull")
    assert len(lin.quantities()) == MOST_LINES


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": 0},
        {"quantity": -1},
        {"quantity": 1000},
        {"quantity": 1.5},
        {"sku_id": "sku_1"},
        {"product_id": "prd#1"},
        {"price": 1},
    ],
)
def test_what_is_not_well_formed_is_refused(lin: Client, wrong: dict[str, Any]) -> None:
    answer = lin("add_line", body={"product_id": ids.new("prd"), "sku_id": ids.new("sku"), "quantity": 1} | wrong)

    assert (answer.status, answer.code) == (400, "Invalid")


def test_a_token_that_is_not_ours_is_refused_and_nothing_is_made(guest: Client) -> None:
    answer = guest.add(baskets.on_sale(), headers={"Cart-Token": f"{ids.new('crt')}.x"})

    assert (answer.status, answer.code) == (403, "CartTokenRefused")
    assert boto3.client("dynamodb").scan(TableName=config.table("carts"))["Items"] == []


def test_nothing_is_put_into_the_cart_of_a_closed_account(lin: Client) -> None:
    tea = baskets.on_sale()
    lin.add(tea)
    service.erase(lin.caller.user_id)

    answer = lin.add(tea)

    assert (answer.status, answer.code) == (403, "AccountClosed")


# --- how fast


def test_something_is_put_in_by_three_calls(lin: Client, calls: Callable[[], list[str]]) -> None:
    tea, pot = baskets.on_sale(), baskets.on_sale()
    lin.add(tea)
    lin.add(pot)
    calls()

    lin.add(tea, 1)

    assert calls() == ["GetItem", "BatchGetItem", "PutItem"]


# --- at once


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_what_is_put_in_at_once_is_all_there(at_once: Callable[..., list[Any]], seed: int | None) -> None:
    tea, me = baskets.on_sale(), Holder(people.customer().user_id)

    results = at_once(
        partial(service.add, me, wish(tea, 0, 2)),
        partial(service.add, me, wish(tea, 0, 3)),
        partial(service.add, me, wish(tea, 1, 1)),
        seed=seed,
    )

    assert not [result for result in results if isinstance(result, Exception)]
    cart = service.show(me).cart
    assert {line.sku_id: line.quantity for line in cart.lines} == {tea.skus[0].id: 5, tea.skus[1].id: 1}
    assert cart.version == 3


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_the_same_addition_twice_at_once_counts_once(at_once: Callable[..., list[Any]], seed: int | None) -> None:
    tea, me = baskets.on_sale(), Holder(people.customer().user_id)

    at_once(*[partial(service.add, me, wish(tea, 0, 2), key="k1")] * 3, seed=seed)

    assert [line.quantity for line in service.show(me).cart.lines] == [2]


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_the_last_place_goes_to_one_of_those_who_ask_at_once(
    at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    tea, me = baskets.on_sale(skus=tuple(many(MOST_LINES + 1))), Holder(people.customer().user_id)
    for number in range(MOST_LINES - 1):
        service.add(me, wish(tea, number))

    results = at_once(
        partial(service.add, me, wish(tea, MOST_LINES - 1)), partial(service.add, me, wish(tea, MOST_LINES)), seed=seed
    )

    assert sorted(type(result) is CartFull for result in results) == [False, True]
    assert len(service.show(me).cart.lines) == MOST_LINES


def test_whoever_never_gets_a_turn_is_told_to_try_again(lin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    tea, table = baskets.on_sale(), config.table("carts")
    lin.add(tea)
    client = boto3.client("dynamodb")

    def meddled(call: Call, caller: Any, operation: str, arguments: dict[str, Any]) -> Any:
        answer = call(caller, operation, arguments)
        if operation == "GetItem" and arguments["TableName"] == table:
            client.update_item(
                TableName=table,
                Key={"id": {"S": lin.caller.user_id}},
                UpdateExpression="ADD version :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )
        return answer

    calls.put_between(monkeypatch, meddled)

    with pytest.raises(CartBusy):
        service.add(Holder(lin.caller.user_id), wish(tea))
    assert service.show(Holder(lin.caller.user_id)).cart.lines[0].quantity == 1


def test_a_stranger_puts_nothing_into_anothers_cart(invoke: Callable[..., Answer], lin: Client, guest: Client) -> None:
    tea = baskets.on_sale()
    lin.add(tea)
    guest.add(tea)

    Client(invoke, people.customer()).add(tea)
    Client(invoke).add(tea)

    assert lin.quantities() == guest.quantities() == {tea.skus[0].id: 1}
