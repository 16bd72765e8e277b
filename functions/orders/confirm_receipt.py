"""Confirm the receipt of one of one's own orders."""

from mall.http import Endpoint
from mall.orders import service
from mall.orders.model import OrderNotFound, Refused
from mall.orders.schemas import InLocale, OrderView

app = Endpoint("orders.confirm_receipt")


@app.route("/api/orders/{order_id}/confirm-receipt", method="POST", query=InLocale, refusals=(OrderNotFound, Refused))
def confirm_receipt(order_id: str, query: InLocale) -> OrderView:
    """Confirm that an order has arrived; a repetition changes nothing."""
    return OrderView.of(service.confirm_receipt(app.caller.user_id, order_id), query.locale, detail=True)
