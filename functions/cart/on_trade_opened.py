"""Take out of a cart what was ordered from it."""

from mall import events
from mall.cart import service


@events.consumer("cart.on_trade_opened")
def app(event: events.Event) -> None:
    """Take in `orders.TradeOpened`."""
    service.trade_opened(event)
