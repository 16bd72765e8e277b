"""Reading the refunds of one's order."""

from collections.abc import Callable

import pytest

from mall import ids
from tests.fixtures import people
from tests.fixtures.gateway import Answer
from tests.functional.refunds.acts import Paid

pytestmark = pytest.mark.usefixtures("database")


def test_an_order_lists_its_refunds_the_oldest_first(invoke: Callable[..., Answer], paid: Callable[..., Paid]) -> None:
    order = paid(channel=8000)
    refunds = [order.ask(1000) for _ in range(3)]
    order.ask(1000, order_id=ids.new("ord", slot=ids.slot_of(order.user_id)))

    answer = invoke("refunds.list_order_refunds", caller=order.caller, path={"order_id": order.order_id})

    assert answer.status == 200
    assert [item["id"] for item in answer.body["items"]] == [refund.id for refund in refunds]


def test_the_refunds_of_anothers_order_are_none(invoke: Callable[..., Answer], paid: Callable[..., Paid]) -> None:
    order = paid(channel=8000)
    order.ask(1000)
    slot = ids.slot_of(order.user_id)

    for stranger in (people.customer(slot), people.customer((slot + 1) % ids.SLOTS)):
        answer = invoke("refunds.list_order_refunds", caller=stranger, path={"order_id": order.order_id})
        assert (answer.status, answer.body) == (200, {"items": []})


def test_an_order_that_is_none_has_no_refunds(invoke: Callable[..., Answer]) -> None:
    answer = invoke("refunds.list_order_refunds", caller=people.customer(), path={"order_id": "x"})

    assert (answer.status, answer.body) == (200, {"items": []})
