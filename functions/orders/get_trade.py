"""Read one of one's own trades."""

from mall.http import Endpoint
from mall.orders import service
from mall.orders.model import TradeNotFound
from mall.orders.schemas import InLocale, TradeView

app = Endpoint("orders.get_trade")


@app.route("/api/trades/{trade_id}", query=InLocale, refusals=(TradeNotFound,))
def get_trade(trade_id: str, query: InLocale) -> TradeView:
    """Read one of one's trades. While its stage is `placing`, ask again in a moment."""
    return TradeView.of(service.show_trade(app.caller.user_id, trade_id), query.locale)
