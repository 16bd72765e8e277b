"""Show the refunds of one's order."""

from mall.http import Endpoint
from mall.refunds import service
from mall.refunds.schemas import RefundsOfOrder, RefundView

app = Endpoint("refunds.list_order_refunds")


@app.route("/api/orders/{order_id}/refunds")
def list_order_refunds(order_id: str) -> RefundsOfOrder:
    """List the refunds of one of one's orders, the oldest first; there are none of what is another's."""
    return RefundsOfOrder(items=[RefundView.of(refund) for refund in service.of_order(app.caller.user_id, order_id)])
