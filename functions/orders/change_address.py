"""Have one of one's own orders sent to another address."""

from mall.http import Endpoint
from mall.orders.addresses import service
from mall.orders.model import OrderNotFound, Refused
from mall.orders.schemas import InLocale, OrderView, OtherAddress
from mall.users.address_book.model import AddressNotFound

app = Endpoint("orders.change_address")


@app.route(
    "/api/orders/{order_id}/address",
    method="PUT",
    body=OtherAddress,
    query=InLocale,
    refusals=(OrderNotFound, AddressNotFound, Refused),
)
def change_address(order_id: str, body: OtherAddress, query: InLocale) -> OrderView:
    """Have an order that is not shipped yet sent to another address of one's book; the order keeps a copy of it."""
    picture = service.change(app.caller.user_id, order_id, body.address_id)
    return OrderView.of(picture, query.locale, detail=True)
