"""See whether a trade that was not paid in time has been postponed."""

from mall import saga
from mall.orders.paying import service


@saga.task("orders.check_deadline", key="trade_id", remembered=False)
def app(trade: saga.Input) -> saga.Result:
    """Say in which `stage` `trade_id` is, and for how many more `seconds` its payment may take."""
    stage, seconds = service.still_waiting(trade["user_id"], trade["trade_id"])
    return {"stage": stage.value, "seconds": seconds}
