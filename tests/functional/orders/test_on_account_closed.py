"""What an account that is closed leaves behind."""

from collections.abc import Callable
from typing import Any

from mall import events
from mall.orders.model import Stage
from mall.orders.sweeping import service
from tests.fixtures.buying import Mall

Run = Callable[..., Any]


def test_what_is_not_paid_is_cancelled_and_what_is_paid_is_sent(mall: Mall) -> None:
    placing, waiting, paid = mall.place([mall.tea.wish(1)]), mall.open(), mall.buy(mall.tea.wish(1))

    event = events.Event.of(
        "users.AccountClosed", aggregate=mall.user_id, data={"closed_at": "2030-01-01T00:00:00+00:00"}
    )
    for _ in range(2):
        service.account_closed(event)

    assert mall.trade(placing).stage is mall.trade(waiting).stage is Stage.CANCELLED
    assert mall.trade(waiting).reason == "account_closed"
    assert mall.trade(paid).stage is Stage.PAID
    mall.check()
