"""Operators see the refunds that are not through."""

from collections.abc import Callable

import pytest

from mall import ids
from mall.auth import Caller
from mall.refunds.sending import service as sending
from tests.fixtures.gateway import Answer
from tests.fixtures.paying import Till
from tests.functional.refunds.acts import Paid

pytestmark = pytest.mark.usefixtures("database")

OPERATOR = Caller(ids.new("usr", slot=0), ids.new("ses"), permissions=frozenset({"refunds.list_refunds"}))


def test_refunds_that_are_not_through_are_listed_with_what_is_wrong(
    invoke: Callable[..., Answer], till: Till, paid: Callable[..., Paid]
) -> None:
    order = paid(channel=8000)
    through = order.ask(1000)
    sending.send(through.id)
    till.switch(out_trade_no=order.attempt_id, refunds="failed")
    failed = order.ask(1000)
    sending.send(failed.id)
    requested = order.ask(1000)

    everything = invoke("refunds.list_refunds", caller=OPERATOR)
    only_failed = invoke("refunds.list_refunds", caller=OPERATOR, query={"state": "failed"})

    assert [item["id"] for item in everything.body["items"]] == [failed.id, requested.id]
    ((item,), end) = only_failed.body["items"], only_failed.body["next"]
    assert (item["id"], item["user_id"], item["by"], end) == (failed.id, order.user_id, order.user_id, None)
    (part,) = item["parts"]
    assert (part["number"], part["payment"], part["tries"]) == (failed.id, order.attempt_id, 1)
    assert part["problem"]


def test_the_list_comes_in_pages(invoke: Callable[..., Answer], paid: Callable[..., Paid]) -> None:
    order = paid(channel=8000)
    refunds = [order.ask(1000) for _ in range(3)]

    first = invoke("refunds.list_refunds", caller=OPERATOR, query={"limit": "2"})
    rest = invoke("refunds.list_refunds", caller=OPERATOR, query={"limit": "2", "after": first.body["next"]})

    listed = [item["id"] for item in (*first.body["items"], *rest.body["items"])]
    assert (listed, rest.body["next"]) == ([refund.id for refund in refunds], None)


@pytest.mark.parametrize("query", [{"state": "success"}, {"after": "x"}, {"limit": "0"}])
def test_what_is_no_page_is_refused(invoke: Callable[..., Answer], query: dict[str, str]) -> None:
    answer = invoke("refunds.list_refunds", caller=OPERATOR, query=query)

    assert (answer.status, answer.code) == (400, "Invalid")


def test_a_merchants_staff_does_not_see_them(invoke: Callable[..., Answer]) -> None:
    clerk = Caller(OPERATOR.user_id, OPERATOR.session_id, permissions=OPERATOR.permissions, merchant_id="mch_1")

    assert invoke("refunds.list_refunds", caller=clerk).status == 403
