"""Ask for the invoice of one of one's own orders."""

from mall.http import Endpoint
from mall.orders import service
from mall.orders.model import OrderNotFound, Refused
from mall.orders.schemas import InLocale, OrderView, WantedInvoice

app = Endpoint("orders.request_invoice")


@app.route(
    "/api/orders/{order_id}/invoice",
    method="POST",
    body=WantedInvoice,
    query=InLocale,
    refusals=(OrderNotFound, Refused),
)
def request_invoice(order_id: str, body: WantedInvoice, query: InLocale) -> OrderView:
    """Ask for the invoice of an order that is paid, once."""
    picture = service.request_invoice(app.caller.user_id, order_id, body.model_dump())
    return OrderView.of(picture, query.locale, detail=True)
