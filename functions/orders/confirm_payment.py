"""Make a trade whose money is in a paid one."""

from mall import saga
from mall.orders.paying import service


@saga.task("orders.confirm_payment", key="trade_id", remembered=False)
def app(trade: saga.Input) -> saga.Result:
    """Confirm `trade_id`; `stage` is how it ended."""
    return {"stage": service.confirm(trade["user_id"], trade["trade_id"], wake=False).value}
