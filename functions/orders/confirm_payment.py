"""Make a trade whose money is in a paid one."""

from mall import saga
from mall.orders.model import Stage
from mall.orders.paying import service


@saga.task("orders.confirm_payment", key="trade_id", remembered=False)
def app(trade: saga.Input) -> saga.Result:
    """Confirm `trade_id`, unless who let the saga go on has done so (`payment.stage`); `stage` is how it ended."""
    if trade["payment"].get("stage") == Stage.PAID:
        return {"stage": Stage.PAID.value}
    return {"stage": service.confirm(trade["user_id"], trade["trade_id"], wake=False).value}
