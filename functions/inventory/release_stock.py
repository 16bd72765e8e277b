"""Give back the stock that was held for a trade."""

from mall import saga
from mall.inventory import service


@saga.task("inventory.release_stock", key="trade_id", undoes="inventory.reserve_stock")
def app(trade: saga.Input) -> saga.Result:
    """Release what the orders of `lines` hold; what holds nothing stays as it is."""
    return service.release_trade(trade)
