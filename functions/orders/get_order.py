"""Read one of one's own orders."""

from mall.http import Endpoint
from mall.orders import service
from mall.orders.model import OrderNotFound
from mall.orders.schemas import InLocale, OrderView

app = Endpoint("orders.get_order")


@app.route("/api/orders/{order_id}", query=InLocale, refusals=(OrderNotFound,))
def get_order(order_id: str, query: InLocale) -> OrderView:
    """Read one of one's orders: what was ordered, where it goes, what happened, what can be done."""
    return OrderView.of(service.show_order(app.caller.user_id, order_id), query.locale, detail=True)
