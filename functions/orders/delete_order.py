"""Delete one of one's own orders from one's view."""

from mall.http import Endpoint
from mall.orders import service
from mall.orders.model import OrderNotFound, Refused

app = Endpoint("orders.delete_order")


@app.route("/api/orders/{order_id}", method="DELETE", status=204, refusals=(OrderNotFound, Refused))
def delete_order(order_id: str) -> None:
    """Delete an order that is over from one's view; a repetition changes nothing and succeeds."""
    service.hide(app.caller.user_id, order_id)
