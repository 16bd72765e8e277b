"""A refund that fails is shown, and may still succeed."""

from collections.abc import Callable
from typing import Any

from mall import events, ids
from mall.orders.cancelling import service
from mall.orders.model import Actor, RefundStatus, Side, Status
from tests.fixtures.buying import Mall

Run = Callable[..., Any]


def test_a_failure_is_shown_until_the_money_is_back(mall: Mall) -> None:
    trade = mall.buy(mall.tea.wish(1))
    order = mall.order(trade)
    service.request(mall.user_id, order.id, by=Actor(Side.PLATFORM, "usr_x"), reason="broken")
    data = {"refund_id": "rfd_1", "trade_id": trade.id, "order_id": order.id, "user_id": mall.user_id}
    data |= {"amount": 12_800, "currency": "CNY", "reason": "account closed"}  # type: ignore[dict-item]

    service.refund_failed(events.Event.of("refunds.RefundFailed", aggregate=ids.new("rfd", slot=9), data=data))
    failed = mall.order(trade)
    mall.refund()

    assert (failed.status, failed.refund_status) == (Status.CANCELLING, RefundStatus.FAILED)
    assert mall.order(trade).status is Status.CANCELLED
