"""Give back what a trade set aside besides money."""

from mall import saga
from mall.orders.paying import service


@saga.task("orders.release_benefits", key="trade_id", undoes="orders.hold_benefits", remembered=False)
def app(trade: saga.Input) -> saga.Result:
    """Release the benefits of `trade_id`."""
    service.release_benefits(trade["user_id"], trade["trade_id"])
