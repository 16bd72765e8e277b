"""Listing one's own orders, page by page."""

from collections.abc import Callable

import pytest

from mall.orders.model import Status
from tests.fixtures import checkout, people
from tests.fixtures.buying import Mall
from tests.fixtures.gateway import Answer

Invoke = Callable[..., Answer]


def listed(invoke: Invoke, mall: Mall, **query: object) -> Answer:
    return invoke("orders.list_orders", caller=mall.buyer, query=query)


def test_orders_come_newest_first_in_pages_without_gaps(invoke: Invoke, mall: Mall) -> None:
    expected = [mall.order(mall.buy(mall.tea.wish(1))).id for _ in range(3)]

    found, after = [], None
    for _ in range(2):
        answer = listed(invoke, mall, limit="2", **({"after": after} if after else {}))
        found += [one["id"] for one in answer.body["items"]]
        after = answer.body["next"]

    assert found == sorted(expected, reverse=True)
    assert after is None


def test_a_status_finds_its_orders_and_no_others(invoke: Invoke, mall: Mall) -> None:
    unpaid, paid, sent = mall.open(), mall.buy(mall.tea.wish(1)), mall.buy(mall.cups.wish(1))
    mall.ship(mall.order(sent))

    by_status = {
        status: {one["trade_id"] for one in listed(invoke, mall, status=[status]).body["items"]} for status in Status
    }
    both = listed(invoke, mall, status=["paid", "shipped"]).body["items"]

    assert by_status[Status.PENDING_PAYMENT] == {unpaid.id}
    assert by_status[Status.PAID] == {paid.id}
    assert by_status[Status.SHIPPED] == {sent.id}
    assert {one["trade_id"] for one in both} == {paid.id, sent.id}


def test_a_list_says_what_can_be_done_and_until_when(invoke: Invoke, mall: Mall) -> None:
    trade = mall.open()

    (order,) = listed(invoke, mall).body["items"]

    postpone = next(one for one in order["actions"] if one["name"] == "postpone_pay")
    assert postpone["allowed"]
    assert postpone["until"] == trade.pay_deadline.isoformat().replace("+00:00", "Z")
    assert order["address"] is None
    assert order["events"] is None


def test_nobody_sees_anothers_orders_also_not_with_their_cursor(invoke: Invoke, mall: Mall) -> None:
    order = mall.order(mall.buy(mall.tea.wish(1)))
    stranger, neighbour = people.customer(slot=700), people.customer(slot=9)

    for other in (stranger, neighbour):
        assert invoke("orders.list_orders", caller=other).body["items"] == []
    answer = invoke("orders.list_orders", caller=stranger, query={"after": order.id})
    assert (answer.status, answer.code) == (400, "NotACursor")


@pytest.mark.parametrize("query", [{"status": ["gone"]}, {"limit": "0"}, {"limit": "101"}, {"offset": "1"}])
def test_a_strange_query_is_refused(invoke: Invoke, mall: Mall, query: dict[str, object]) -> None:
    answer = invoke("orders.list_orders", caller=mall.buyer, query=query)

    assert (answer.status, answer.code) == (400, "Invalid")


def test_a_list_takes_the_same_few_statements_however_long_it_is(mall: Mall, statements: list[str]) -> None:
    from mall.orders import service

    for _ in range(4):
        checkout.written(mall.user_id, merchants=2)
    statements.clear()

    found, _ = service.list_orders(mall.user_id, statuses=(), limit=50, after=None)

    assert len(found) == 8
    assert len([one for one in statements if one.startswith("SELECT")]) == 5
