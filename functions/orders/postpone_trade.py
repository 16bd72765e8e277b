"""Pay one of one's own trades later."""

from mall.http import Endpoint
from mall.orders import service
from mall.orders.model import Changed, Refused, TradeNotFound
from mall.orders.schemas import InLocale, TradeView
from mall.payments.model import AlreadyPaid, IntentClosed

app = Endpoint("orders.postpone_trade")


@app.route(
    "/api/trades/{trade_id}/postpone",
    method="POST",
    query=InLocale,
    refusals=(TradeNotFound, Refused, Changed, IntentClosed, AlreadyPaid),
)
def postpone_trade(trade_id: str, query: InLocale) -> TradeView:
    """Have longer to pay for a trade, once. Its goods are held as long."""
    return TradeView.of(service.postpone_trade(app.caller.user_id, trade_id), query.locale)
