"""Cancel one of one's own orders."""

from mall.http import Endpoint
from mall.orders import service
from mall.orders.model import OrderNotFound, Refused
from mall.orders.schemas import InLocale, OrderView, WhyCancel
from mall.payments.model import ChannelUnavailable

app = Endpoint("orders.cancel_order")


@app.route(
    "/api/orders/{order_id}/cancel",
    method="POST",
    body=WhyCancel,
    query=InLocale,
    refusals=(OrderNotFound, Refused, ChannelUnavailable),
)
def cancel_order(order_id: str, body: WhyCancel, query: InLocale) -> OrderView:
    """Cancel an order. If it is paid, its merchant agrees within a day, or else by silence."""
    return OrderView.of(service.cancel_order(app.caller.user_id, order_id, body.reason), query.locale, detail=True)
