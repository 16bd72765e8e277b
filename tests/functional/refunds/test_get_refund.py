"""Reading where one's refund stands."""

from collections.abc import Callable

import pytest

from mall import ids
from tests.fixtures import people
from tests.fixtures.gateway import Answer
from tests.functional.refunds.acts import Paid

pytestmark = pytest.mark.usefixtures("database")


def test_a_refund_tells_its_buyer_what_goes_where_and_how_far_it_is(
    invoke: Callable[..., Answer], paid: Callable[..., Paid]
) -> None:
    order = paid(channel=8000, wallet=1000)
    refund = order.ask(8500, freight=500)

    answer = invoke("refunds.get_refund", caller=order.caller, path={"refund_id": refund.id})

    assert answer.status == 200
    assert answer.body["amount"] == {"amount": 8500, "currency": "CNY"}
    assert (answer.body["order_id"], answer.body["state"]) == (order.order_id, "requested")
    assert answer.body["lines"] == [
        {"line_id": "lin_1", "quantity": 1, "amount": {"amount": 8000, "currency": "CNY"}},
    ]
    assert [(part["to"], part["amount"]["amount"], part["state"]) for part in answer.body["parts"]] == [
        ("channel", 8000, "requested"),
        ("wallet", 500, "success"),
    ]
    assert not {"by", "key", "user_id", "merchant_id"} & set(answer.body)


def test_nobody_sees_the_refund_of_another_not_even_in_the_same_slot(
    invoke: Callable[..., Answer], paid: Callable[..., Paid]
) -> None:
    order = paid(channel=8000)
    refund = order.ask(8000)
    slot = ids.slot_of(order.user_id)

    for stranger in (people.customer(slot), people.customer((slot + 1) % ids.SLOTS)):
        answer = invoke("refunds.get_refund", caller=stranger, path={"refund_id": refund.id})
        assert (answer.status, answer.code) == (404, "RefundNotFound")


@pytest.mark.parametrize("refund_id", ["rfd_1", "x", ids.new("rfd", slot=1)])
def test_what_is_no_refund_is_not_found(invoke: Callable[..., Answer], refund_id: str) -> None:
    answer = invoke("refunds.get_refund", caller=people.customer(1), path={"refund_id": refund_id})

    assert (answer.status, answer.code) == (404, "RefundNotFound")
