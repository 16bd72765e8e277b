"""Operators read a refund."""

from collections.abc import Callable

import pytest

from mall import ids
from mall.auth import Caller
from tests.fixtures.gateway import Answer
from tests.functional.refunds.acts import Paid

pytestmark = pytest.mark.usefixtures("database")

OPERATOR = Caller(ids.new("usr", slot=0), ids.new("ses"), permissions=frozenset({"refunds.get_refund_record"}))


def test_an_operator_reads_anybodys_refund(invoke: Callable[..., Answer], paid: Callable[..., Paid]) -> None:
    order = paid(channel=8000, wallet=1000)
    refund = order.ask(8500)

    answer = invoke("refunds.get_refund_record", caller=OPERATOR, path={"refund_id": refund.id})

    assert (answer.status, answer.body["user_id"], answer.body["reason"]) == (200, order.user_id, "broken")
    assert [part["to"] for part in answer.body["parts"]] == ["channel", "wallet"]


@pytest.mark.parametrize("refund_id", ["x", ids.new("rfd", slot=1)])
def test_what_is_no_refund_is_not_found(invoke: Callable[..., Answer], refund_id: str) -> None:
    answer = invoke("refunds.get_refund_record", caller=OPERATOR, path={"refund_id": refund_id})

    assert (answer.status, answer.code) == (404, "RefundNotFound")
