"""Quoting what somebody is about to order."""

from collections.abc import Callable
from typing import Any

import pytest

from mall import ids
from mall.auth import NOBODY
from mall.cart import service as carts
from mall.catalog.offers import service as offers
from mall.catalog.offers.model import Change
from mall.catalog.products import service as products
from mall.catalog.products.content import Sku
from mall.money import Money
from mall.quotes import service as quotes
from tests.fixtures import baskets, goods
from tests.fixtures.baskets import line
from tests.functional.cart.conftest import Client

pytestmark = pytest.mark.usefixtures("aws")


def problems(quote: Any) -> list[tuple[Any, ...]]:
    """What is wrong with what was quoted."""
    return [(one["kind"], one["before"], one["now"]) for one in quote["problems"]]


def test_the_selected_lines_of_ones_cart_are_quoted(lin: Client) -> None:
    tea, pot = baskets.on_sale(goods.merchant()), baskets.on_sale(goods.merchant())
    lin.add(tea, 0, 2)
    lin.add(pot)
    lin.add(tea, 1)
    lin.change(tea, 1, selected=False)
    lin.change(tea, 0, note="Gift, please")

    answer = lin("make_quote", body={}, query={"locale": "en"})

    quote = answer.body
    assert (answer.status, quote["source"], quote["cart_version"]) == (200, "cart", lin.get()["version"])
    found = {group["merchant"]["id"]: group for group in quote["groups"]}
    assert [one["sku_id"] for one in found[tea.merchant_id]["lines"]] == [tea.skus[0].id]
    assert (found[tea.merchant_id]["note"], found[tea.merchant_id]["payable"]["amount"]) == ("Gift, please", 25600)
    assert found[pot.merchant_id]["merchant"]["name"] == "Breeze"
    assert quote["total"] == {"amount": 38400, "currency": "CNY"}
    assert (quote["problems"], quote["can_order"]) == ([], True)


def test_lines_are_quoted_without_the_cart(lin: Client) -> None:
    tea = baskets.on_sale()
    lin.add(tea, 1)

    quote = lin("make_quote", body={"lines": [line(tea, 0, 2), line(tea, 0, 1)]}).body

    assert (quote["source"], quote["cart_version"]) == ("lines", None)
    assert [(one["sku_id"], one["quantity"]) for one in quote["groups"][0]["lines"]] == [(tea.skus[0].id, 3)]
    assert quote["total"]["amount"] == 38400
    assert lin.quantities() == {tea.skus[1].id: 1}


def test_an_order_of_the_same_comes_to_the_same_total(lin: Client) -> None:
    tea, pot = baskets.on_sale(), baskets.on_sale()
    lin.add(tea, 0, 2)
    lin.add(pot, 1, 1)
    user_id = lin.caller.user_id

    total = lin("make_quote", body={}).body["total"]["amount"]
    of_lines = lin("make_quote", body={"lines": [line(pot, 1), line(tea, 0, 2)]}).body["total"]["amount"]
    ordered = quotes.of(user_id, carts.selected(user_id).wishes).quote.total

    assert total == of_lines == ordered.cents == lin.get()["quote"]["total"]["amount"]


def test_what_cannot_be_had_is_a_problem_and_keeps_from_ordering(lin: Client) -> None:
    owner = goods.merchant()
    tea, pot = baskets.on_sale(owner), baskets.on_sale(owner)
    lin.add(tea, 0, 5)
    lin.add(pot)
    baskets.stock(tea, 0, 2)
    products.take_off_sale(owner.id, pot.id)

    quote = lin("make_quote", body={}).body

    assert sorted(problems(quote), key=str) == [("off_sale", None, None), ("stock", 5, 2)]
    assert not quote["can_order"]
    direct = lin("make_quote", body={"lines": [line(tea, 0, 2), {**line(pot), "sku_id": ids.new("sku")}]}).body
    assert (problems(direct), direct["can_order"], direct["total"]["amount"]) == ([("gone", None, None)], False, 25600)


def test_after_a_look_at_the_cart_what_cannot_be_bought_is_out_of_the_way(lin: Client) -> None:
    owner = goods.merchant()
    tea, pot = baskets.on_sale(owner), baskets.on_sale(owner)
    lin.add(tea)
    lin.add(pot)
    products.take_off_sale(owner.id, pot.id)
    assert not lin("make_quote", body={}).body["can_order"]

    lin.get()

    quote = lin("make_quote", body={}).body
    assert (quote["can_order"], quote["total"]["amount"]) == (True, 12800)


def test_a_price_that_changed_is_told_and_keeps_nobody_from_ordering(lin: Client) -> None:
    tea = baskets.on_sale()
    lin.add(tea)
    offers.set(tea.merchant_id, tea.id, [Change(tea.skus[0].id, price=Money(9900))])

    quote = lin("make_quote", body={}).body

    assert [(kind, before["amount"], now["amount"]) for kind, before, now in problems(quote)] == [
        ("price", 12800, 9900)
    ]
    assert (quote["can_order"], quote["total"]["amount"]) == (True, 9900)


def test_nothing_selected_comes_to_nothing_and_is_no_order(lin: Client) -> None:
    quote = lin("make_quote", body={}).body

    assert (quote["groups"], quote["total"]["amount"], quote["can_order"]) == ([], 0, False)


def test_lines_in_several_currencies_are_refused(lin: Client) -> None:
    euro = baskets.on_sale(skus=(Sku(Money(500, "EUR"), options={"colour": "red"}, stock=5),))

    answer = lin("make_quote", body={"lines": [line(euro), line(baskets.on_sale())]})

    assert (answer.status, answer.code) == (400, "CurrencyMismatch")
    alone = lin("make_quote", body={"lines": [line(euro)]}).body
    assert (alone["total"], alone["currency"]) == ({"amount": 500, "currency": "EUR"}, "EUR")


@pytest.mark.parametrize(
    "body",
    [
        {"lines": []},
        {"lines": [{"product_id": "x", "sku_id": "y"}]},
        {"lines": [{"product_id": ids.new("prd"), "sku_id": ids.new("sku"), "quantity": 0}]},
        {"lines": [{"product_id": ids.new("prd"), "sku_id": ids.new("sku")}] * 121},
        {"coupon": "free"},
    ],
    ids=["no lines", "no ids", "nothing", "too many", "something else"],
)
def test_what_is_not_well_formed_is_refused(lin: Client, body: dict[str, Any]) -> None:
    answer = lin("make_quote", body=body)

    assert (answer.status, answer.code) == (400, "Invalid")


def test_more_than_a_line_holds_is_a_problem_when_lines_add_up_to_it(lin: Client) -> None:
    plenty = baskets.on_sale(skus=(Sku(Money(100), options={"colour": "red"}, stock=5000),))

    quote = lin("make_quote", body={"lines": [line(plenty, 0, 600)] * 2}).body

    assert (problems(quote), quote["can_order"]) == ([("limit", 1200, 999)], False)


def test_quoting_takes_somebody_who_is_signed_in(lin: Client) -> None:
    answer = Client(lin.invoke, NOBODY)("make_quote", body={})

    assert (answer.status, answer.code) == (401, "Unauthenticated")


def test_quoting_keeps_nothing_and_takes_two_calls(lin: Client, calls: Callable[[], list[str]]) -> None:
    lin.add(baskets.on_sale())
    lin.add(baskets.on_sale())
    calls()

    lin("make_quote", body={})
    assert calls() == ["GetItem", "BatchGetItem"]
    other = line(baskets.on_sale())
    lin("make_quote", body={"lines": [other]})  # sees the merchant for the first time
    calls()
    lin("make_quote", body={"lines": [other]})
    assert calls() == ["BatchGetItem"]


def test_nobody_quotes_the_cart_of_another(lin: Client, guest: Client) -> None:
    guest.add(baskets.on_sale())
    lin.token = guest.token

    assert lin("make_quote", body={}).body["groups"] == []
