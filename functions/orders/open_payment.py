"""Open the payment of a trade whose stock is held, and wait for it."""

from mall import saga
from mall.orders.paying import service


@saga.task("orders.open_payment", key="trade_id", remembered=False)
def app(trade: saga.Input) -> saga.Result:
    """Set the wallet's part aside and keep the `token` that wakes the saga. Raises the wallet's refusals."""
    service.open_payment(trade["user_id"], trade["trade_id"], trade["lines"], trade["token"])
