"""Wait for the payment of a trade."""

from mall import saga
from mall.orders.paying import service


@saga.task("orders.await_payment", key="trade_id", remembered=False)
def app(trade: saga.Input) -> saga.Result:
    """Keep the `token` that wakes the saga of `trade_id`."""
    service.await_payment(trade["user_id"], trade["trade_id"], trade["token"])
