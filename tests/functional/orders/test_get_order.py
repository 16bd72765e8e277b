"""Reading one of one's own orders."""

from collections.abc import Callable

from mall import ids
from tests.fixtures import people
from tests.fixtures.buying import Mall
from tests.fixtures.gateway import Answer

Invoke = Callable[..., Answer]


def test_an_order_says_what_where_to_and_what_happened(invoke: Invoke, mall: Mall) -> None:
    order = mall.order(mall.buy(mall.tea.wish(2)))

    answer = invoke("orders.get_order", caller=mall.buyer, path={"order_id": order.id}, query={"locale": "en"})

    assert answer.status == 200
    assert (answer.body["status"], answer.body["pay_status"], answer.body["ship_status"]) == (
        "paid",
        "paid",
        "unshipped",
    )
    assert answer.body["address"]["written"].startswith("广东省深圳市南山区")
    assert [one["act"] for one in answer.body["events"]] == ["create", "pay"]
    assert answer.body["refunds"] == f"/api/orders/{order.id}/refunds"
    assert {one["name"] for one in answer.body["actions"] if one["allowed"]} == {
        *("cancel", "modify_address", "postpone_delivery", "request_invoice", "buy_again"),
    }
    assert answer.body["lines"][0]["quantity"] == 2


def test_anothers_order_is_not_there_for_me(invoke: Invoke, mall: Mall) -> None:
    order = mall.order(mall.open())

    for caller in (people.customer(slot=9), people.customer(slot=700)):
        answer = invoke("orders.get_order", caller=caller, path={"order_id": order.id})
        assert (answer.status, answer.code) == (404, "OrderNotFound")


def test_what_is_no_order_is_not_found(invoke: Invoke, mall: Mall) -> None:
    for absent in (ids.new("ord", slot=9), "ord_1"):
        answer = invoke("orders.get_order", caller=mall.buyer, path={"order_id": absent})
        assert (answer.status, answer.code) == (404, "OrderNotFound")
