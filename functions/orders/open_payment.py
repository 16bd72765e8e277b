"""Open the payment of a trade whose stock is held."""

from mall import saga
from mall.orders.paying import service


@saga.task("orders.open_payment", key="trade_id", remembered=False)
def app(trade: saga.Input) -> saga.Result:
    """Set the wallet's part aside and say what is still `due`, for how many seconds. Raises the wallet's refusals."""
    opened = service.open_payment(trade["user_id"], trade["trade_id"], trade["lines"])
    return {"due": opened.due.cents, "seconds": opened.seconds}
