"""Having an order sent to another address."""

from collections.abc import Callable
from typing import Any

import pytest

from mall import ids, sql
from mall.orders import store
from mall.orders.addresses import service
from mall.orders.model import Actor, Refused, Side, Status
from mall.orders.shipping import service as shipping
from mall.users.address_book import service as book
from mall.users.address_book.schemas import NewAddress
from tests.fixtures import people
from tests.fixtures.buying import ADDRESS, Mall
from tests.fixtures.gateway import Answer

Invoke = Callable[..., Answer]


def elsewhere(user_id: str, recipient: str = "韩梅梅") -> str:
    """Another address of somebody's."""
    form = NewAddress.model_validate({**ADDRESS, "recipient": recipient, "lines": ["科苑路15号"]})
    return book.add(user_id, form).id


def change(invoke: Invoke, mall: Mall, order_id: str, address_id: str, **given: Any) -> Answer:
    path, body = {"order_id": order_id}, {"address_id": address_id}
    return invoke("orders.change_address", **{"caller": mall.buyer, "path": path, "body": body} | given)


@pytest.mark.parametrize("how", ["open", "bought"])
def test_an_order_that_is_not_sent_goes_to_the_other_address(invoke: Invoke, mall: Mall, how: str) -> None:
    order = mall.order(getattr(mall, how)())
    other = elsewhere(mall.user_id)
    before = invoke("orders.get_order", caller=mall.buyer, path={"order_id": order.id}).body

    answer = change(invoke, mall, order.id, other)

    assert answer.status == 200
    assert (answer.body["address"]["recipient"], answer.body["address"]["lines"]) == ("韩梅梅", ["科苑路15号"])
    assert answer.body["deadlines"] == before["deadlines"]
    assert answer.body["events"][:-1] == before["events"]
    assert answer.body["events"][-1]["act"] == "modify_address"
    assert "韩梅梅" not in str(answer.body["events"])


def test_the_order_keeps_a_copy_whatever_becomes_of_the_book(invoke: Invoke, mall: Mall) -> None:
    order, other = mall.order(mall.bought()), elsewhere(mall.user_id)

    change(invoke, mall, order.id, other)
    book.remove(mall.user_id, other)

    assert mall.order(mall.trade_of(order)).address["recipient"] == "韩梅梅"
    assert change(invoke, mall, order.id, other).code == "AddressNotFound"


def test_a_repetition_changes_nothing(invoke: Invoke, mall: Mall) -> None:
    order, other = mall.order(mall.bought()), elsewhere(mall.user_id)

    first, second = change(invoke, mall, order.id, other), change(invoke, mall, order.id, other)

    assert (first.status, second.status) == (200, 200)
    assert first.body == second.body
    assert mall.order(mall.trade_of(order)).version == order.version + 1


def test_what_is_on_its_way_or_cancelled_is_not_redirected(invoke: Invoke, mall: Mall) -> None:
    sent, leaving = mall.order(mall.bought()), mall.order(mall.bought())
    mall.ship(sent)
    invoke("orders.cancel_order", caller=mall.buyer, path={"order_id": leaving.id}, body={"reason": "x"})

    for order, reason in ((sent, "shipped"), (leaving, "cancelling")):
        for address_id in (mall.address_id, elsewhere(mall.user_id)):
            answer = change(invoke, mall, order.id, address_id)
            assert (answer.status, answer.code, answer.body["Details"]["reason"]) == (409, "Refused", reason)
        assert mall.order(mall.trade_of(order)).address == order.address


def test_only_ones_own_order_goes_to_ones_own_address(invoke: Invoke, mall: Mall) -> None:
    order, stranger = mall.order(mall.bought()), people.with_account(9)
    theirs = elsewhere(stranger.user_id)

    answers = [
        change(invoke, mall, order.id, theirs),
        change(invoke, mall, order.id, theirs, caller=stranger),
        change(invoke, mall, ids.new("ord", slot=9), mall.address_id),
        change(invoke, mall, order.id, ids.new("adr", slot=9)),
        change(invoke, mall, order.id, "nowhere"),
    ]

    assert [(answer.status, answer.code) for answer in answers] == [
        (404, "AddressNotFound"),
        (404, "OrderNotFound"),
        (404, "OrderNotFound"),
        (404, "AddressNotFound"),
        (404, "AddressNotFound"),
    ]
    assert mall.order(mall.trade_of(order)).address == order.address


@pytest.mark.parametrize("body", [{}, {"address_id": 7}, {"address_id": "a" * 65}, {"address": {"recipient": "x"}}])
def test_what_names_no_address_is_refused(invoke: Invoke, mall: Mall, body: dict[str, Any]) -> None:
    answer = change(invoke, mall, mall.order(mall.bought()).id, "", body=body)

    assert (answer.status, answer.code) == (400, "Invalid")


def redirect(user_id: str, order_id: str, address_id: str) -> str:
    """Send an order elsewhere, in a process of its own."""
    service.change(user_id, order_id, address_id)
    return address_id


def send(user_id: str, order_id: str, line_id: str, quantity: int) -> str:
    """Ship an order, in a process of its own."""
    shipping.ship(user_id, order_id, {line_id: quantity}, by=Actor(Side.MERCHANT, "usr_clerk"))
    return "sent"


def test_an_order_that_is_shipped_at_the_same_moment_goes_where_it_says(
    race: Callable[..., list[Any]], mall: Mall
) -> None:
    order = mall.order(mall.bought())
    (line,) = order.lines
    others = [elsewhere(mall.user_id, f"韩梅梅{number}") for number in range(3)]

    results = race(
        [
            *((redirect, mall.user_id, order.id, other) for other in others),
            (send, mall.user_id, order.id, line.id, line.quantity),
        ]
    )

    assert results[-1] == "sent"
    assert all(isinstance(result, Refused) or result in others for result in results[:-1])
    with sql.session(key=mall.user_id) as session:
        after = store.order(session, mall.user_id, order.id)
        acts = [one.act for one in store.history(session, mall.user_id, order.id)]
    redirected = sum(isinstance(result, str) for result in results[:-1])
    assert after.status is Status.SHIPPED
    # Whoever was refused came after the shipping, and has changed nothing.
    assert acts[-1] == "ship"
    assert acts.count("modify_address") == redirected
    assert (after.address == order.address) == (redirected == 0)
