"""Every minute, what was not through is tried again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mall import clock
from mall.refunds import service
from mall.refunds.model import State
from tests.fixtures.loopback import Api
from tests.functional.refunds import acts
from tests.functional.refunds.acts import Paid

pytestmark = pytest.mark.usefixtures("database")


def test_what_nobody_sent_is_sent(run: Callable[..., Any], paid: Callable[..., Paid]) -> None:
    order = paid(channel=8000)
    refund = order.ask(3000)

    assert run("refunds.retry_due", {}) == {"tried": 1}

    assert service.get(order.user_id, refund.id).state is State.SUCCESS
    assert run("refunds.retry_due", {}) == {"tried": 0}
    acts.check_books()


def test_what_nobody_answered_for_is_tried_again_when_it_is_due(
    run: Callable[..., Any], paid: Callable[..., Paid], api: Api
) -> None:
    order = paid(channel=8000)
    order.ask(3000)
    api.down = True
    run("refunds.retry_due", {})
    api.down = False

    assert run("refunds.retry_due", {}) == {"tried": 0}
    with clock.at(clock.now() + timedelta(minutes=1)):
        assert run("refunds.retry_due", {}) == {"tried": 1}
