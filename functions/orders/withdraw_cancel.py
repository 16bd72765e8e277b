"""Take a request to cancel an order back."""

from mall.http import Endpoint
from mall.orders import service
from mall.orders.model import OrderNotFound, Refused
from mall.orders.schemas import InLocale, OrderView

app = Endpoint("orders.withdraw_cancel")


@app.route("/api/orders/{order_id}/withdraw-cancel", method="POST", query=InLocale, refusals=(OrderNotFound, Refused))
def withdraw_cancel(order_id: str, query: InLocale) -> OrderView:
    """Take a request to cancel an order back, as long as nobody has agreed to it."""
    return OrderView.of(service.withdraw_cancel(app.caller.user_id, order_id), query.locale, detail=True)
