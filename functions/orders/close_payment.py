"""Close the payment of a trade, and cancel the trade unless it was paid."""

from mall import saga
from mall.orders.paying import service


@saga.task("orders.close_payment", key="trade_id", undoes="orders.open_payment", remembered=False)
def app(trade: saga.Input) -> saga.Result:
    """Cancel `trade_id`, unless its payment was quicker; `stage` is how it ended."""
    return {"stage": service.give_up(trade["user_id"], trade["trade_id"], trade.get("error")).value}
