"""Operators have a refund tried at once."""

from collections.abc import Callable

import pytest

from mall import ids
from mall.auth import Caller
from mall.refunds.sending import service as sending
from tests.fixtures.gateway import Answer
from tests.fixtures.loopback import Api
from tests.fixtures.paying import Till
from tests.functional.refunds.acts import Paid

pytestmark = pytest.mark.usefixtures("database")

OPERATOR = Caller(ids.new("usr", slot=0), ids.new("ses"), permissions=frozenset({"refunds.retry_refund"}))


def test_a_refund_that_nobody_answered_for_is_sent_again(
    invoke: Callable[..., Answer], paid: Callable[..., Paid], api: Api
) -> None:
    order = paid(channel=8000)
    refund = order.ask(8000)
    api.down = True
    sending.send(refund.id)
    api.down = False

    answer = invoke("refunds.retry_refund", caller=OPERATOR, path={"refund_id": refund.id})
    again = invoke("refunds.retry_refund", caller=OPERATOR, path={"refund_id": refund.id})

    assert (answer.status, answer.body["state"], answer.body["parts"][0]["tries"]) == (200, "success", 2)
    assert (again.status, again.code) == (409, "NotStuck")


def test_one_that_fails_again_says_so(invoke: Callable[..., Answer], till: Till, paid: Callable[..., Paid]) -> None:
    order = paid(channel=8000)
    till.switch(out_trade_no=order.attempt_id, refunds="failed")
    refund = order.ask(8000)

    answer = invoke("refunds.retry_refund", caller=OPERATOR, path={"refund_id": refund.id})

    assert (answer.status, answer.body["state"], bool(answer.body["parts"][0]["problem"])) == (200, "failed", True)


@pytest.mark.parametrize("refund_id", ["x", ids.new("rfd", slot=1)])
def test_what_is_no_refund_is_not_found(invoke: Callable[..., Answer], refund_id: str) -> None:
    answer = invoke("refunds.retry_refund", caller=OPERATOR, path={"refund_id": refund_id})

    assert (answer.status, answer.code) == (404, "RefundNotFound")
