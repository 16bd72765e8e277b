"""Have one of one's own orders taken for received later."""

from mall.http import Endpoint
from mall.orders import service
from mall.orders.model import OrderNotFound, Refused
from mall.orders.schemas import InLocale, OrderView

app = Endpoint("orders.postpone_receipt")


@app.route("/api/orders/{order_id}/postpone-receipt", method="POST", query=InLocale, refusals=(OrderNotFound, Refused))
def postpone_receipt(order_id: str, query: InLocale) -> OrderView:
    """Have an order taken for received a week later, twice at most."""
    return OrderView.of(service.postpone_receipt(app.caller.user_id, order_id), query.locale, detail=True)
