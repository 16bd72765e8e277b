"""Cancel a trade that could not be placed or was not paid."""

from mall import saga
from mall.orders.paying import service


@saga.task("orders.give_up_trade", key="trade_id", remembered=False)
def app(trade: saga.Input) -> saga.Result:
    """Cancel `trade_id` for the reason in `error`, if it is not cancelled yet."""
    return {"stage": service.give_up(trade["user_id"], trade["trade_id"], trade.get("error")).value}
