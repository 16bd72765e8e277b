"""A refund is sent as soon as its request is heard of."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.refunds import service
from mall.refunds.model import State
from tests.fixtures.loopback import Api
from tests.fixtures.paying import news
from tests.functional.refunds import acts
from tests.functional.refunds.acts import Paid

pytestmark = pytest.mark.usefixtures("database")

REQUESTED = "refunds.RefundRequested"


def heard() -> list[dict[str, Any]]:
    """What was told of requests, as the consumer gets it."""
    return [
        acts.event(REQUESTED, told["refund_id"], {key: value for key, value in told.items() if key != "name"})
        for told in news(REQUESTED)
    ]


def test_a_request_is_sent_once_however_often_it_is_heard(
    run: Callable[..., Any], paid: Callable[..., Paid], api: Api
) -> None:
    order = paid(channel=8000)
    refund = order.ask(3000)
    (told,) = heard()

    for _ in range(3):
        assert run("refunds.on_refund_requested", told) == {"batchItemFailures": []}

    assert service.get(order.user_id, refund.id).state is State.SUCCESS
    assert [method for method, path in api.seen if path.endswith("/refunds")] == ["POST"]
    acts.check_books()


def test_what_went_into_the_wallet_needs_no_sending(run: Callable[..., Any], paid: Callable[..., Paid]) -> None:
    order = paid(channel=0, wallet=1000)
    order.ask(1000)
    (told,) = heard()

    assert run("refunds.on_refund_requested", told) == {"batchItemFailures": []}

    assert [event["name"] for event in news("refunds.RefundSucceeded")] == ["refunds.RefundSucceeded"]


def test_a_channel_that_is_down_leaves_the_refund_to_the_sweep(
    run: Callable[..., Any], paid: Callable[..., Paid], api: Api
) -> None:
    order = paid(channel=8000)
    refund = order.ask(3000)
    (told,) = heard()
    api.down = True

    assert run("refunds.on_refund_requested", told) == {"batchItemFailures": []}

    assert service.get(order.user_id, refund.id).state is State.REFUNDING
