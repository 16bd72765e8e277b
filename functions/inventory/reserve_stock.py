"""Hold the stock of a trade until it is to be paid."""

from mall import saga
from mall.inventory import service


@saga.task("inventory.reserve_stock", key="trade_id", remembered=False)
def app(trade: saga.Input) -> saga.Result:
    """Reserve `lines` for `user_id` until `until`, all of it or nothing. Raises SoldOut or LimitReached."""
    return service.reserve_trade(trade, unless_undone=saga.not_undone("inventory.reserve_stock", trade["trade_id"]))
