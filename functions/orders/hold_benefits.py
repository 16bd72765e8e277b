"""Set aside what a trade spends besides money."""

from mall import saga
from mall.orders.paying import service


@saga.task("orders.hold_benefits", key="trade_id", remembered=False)
def app(trade: saga.Input) -> saga.Result:
    """Hold the benefits of `trade_id`. Raises TradeCancelled, or a benefit's own refusal."""
    service.hold_benefits(trade["user_id"], trade["trade_id"])
