"""Cancel one of one's own trades."""

from mall.http import Endpoint
from mall.orders import service
from mall.orders.model import Refused, TradeNotFound
from mall.orders.schemas import InLocale, TradeView, WhyCancel
from mall.payments.model import ChannelUnavailable

app = Endpoint("orders.cancel_trade")


@app.route(
    "/api/trades/{trade_id}/cancel",
    method="POST",
    body=WhyCancel,
    query=InLocale,
    refusals=(TradeNotFound, Refused, ChannelUnavailable),
)
def cancel_trade(trade_id: str, body: WhyCancel, query: InLocale) -> TradeView:
    """Cancel a trade that is not paid. A payment that came in meanwhile counts, and then it is not cancelled."""
    return TradeView.of(service.cancel_trade(app.caller.user_id, trade_id, body.reason), query.locale)
