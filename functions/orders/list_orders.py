"""List one's own orders."""

from mall.http import Endpoint
from mall.orders import service
from mall.orders.schemas import OrderList, OrdersQuery

app = Endpoint("orders.list_orders")


@app.route("/api/orders", query=OrdersQuery)
def list_orders(query: OrdersQuery) -> OrderList:
    """List one's orders, the newest first, of all statuses or of some."""
    found = service.list_orders(app.caller.user_id, statuses=query.status, limit=query.limit, after=query.after)
    return OrderList.of(found, query.locale)
