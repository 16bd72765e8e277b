"""Have one of one's own orders delivered later."""

from mall.http import Endpoint
from mall.orders import service
from mall.orders.model import OrderNotFound, Refused
from mall.orders.schemas import InLocale, NewDeliveryDate, OrderView

app = Endpoint("orders.postpone_delivery")


@app.route(
    "/api/orders/{order_id}/postpone-delivery",
    method="POST",
    body=NewDeliveryDate,
    query=InLocale,
    refusals=(OrderNotFound, Refused),
)
def postpone_delivery(order_id: str, body: NewDeliveryDate, query: InLocale) -> OrderView:
    """Have an order that is not shipped yet delivered on a later day."""
    picture = service.postpone_delivery(app.caller.user_id, order_id, body.delivery_date)
    return OrderView.of(picture, query.locale, detail=True)
