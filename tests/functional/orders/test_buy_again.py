"""Buying again what was in an order."""

from collections.abc import Callable

from mall import ids
from mall.cart import service as carts
from mall.catalog.products import service as products
from tests.fixtures import people
from tests.fixtures.buying import Mall
from tests.fixtures.gateway import Answer

Invoke = Callable[..., Answer]


def again(invoke: Invoke, mall: Mall, order_id: str, key: str = "k1") -> Answer:
    headers = {"Idempotency-Key": key}
    return invoke("orders.buy_again", caller=mall.buyer, path={"order_id": order_id}, headers=headers)


def test_the_lines_come_into_the_cart_once_for_a_key(invoke: Invoke, mall: Mall) -> None:
    order = mall.order(mall.buy(mall.tea.wish(2), mall.red.wish(1)))

    first, second = again(invoke, mall, order.id), again(invoke, mall, order.id)

    assert (first.status, first.body) == (200, second.body)
    assert {one["problem"] for one in first.body["items"]} == {None}
    cart = carts.selected(mall.user_id)
    assert {line.sku_id: line.quantity for line in cart.lines} == {mall.tea.sku_id: 2, mall.red.sku_id: 1}


def test_what_cannot_be_had_is_named(invoke: Invoke, mall: Mall) -> None:
    order = mall.order(mall.buy(mall.tea.wish(1), mall.red.wish(1)))
    products.take_off_sale(mall.tea.product.merchant_id, mall.tea.product.id)

    answer = again(invoke, mall, order.id)

    assert answer.status == 200
    assert {one["problem"] for one in answer.body["items"]} == {"NotOnSale"}
    assert carts.selected(mall.user_id).lines == ()


def test_it_takes_a_key_and_an_order_of_ones_own(invoke: Invoke, mall: Mall) -> None:
    order = mall.order(mall.open())
    keyless = invoke("orders.buy_again", caller=mall.buyer, path={"order_id": order.id})
    other = invoke(
        "orders.buy_again",
        caller=people.customer(slot=9),
        path={"order_id": order.id},
        headers={"Idempotency-Key": "k"},
    )

    assert (keyless.status, other.code) == (400, "OrderNotFound")
    assert again(invoke, mall, ids.new("ord", slot=9)).code == "OrderNotFound"
