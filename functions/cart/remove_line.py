"""Take a line out of a cart."""

from mall.auth import GUESTS_TOO
from mall.cart import service
from mall.cart.model import CartBusy, CartTokenRefused, Holder
from mall.cart.schemas import CART_TOKEN, CartView, LocaleQuery
from mall.http import Endpoint
from mall.users.model import AccountClosed

app = Endpoint("cart.remove_line")


@app.route(
    "/api/cart/lines/{sku_id}",
    method="DELETE",
    access=GUESTS_TOO,
    query=LocaleQuery,
    headers=CART_TOKEN,
    refusals=(AccountClosed, CartBusy, CartTokenRefused),
)
def remove_line(sku_id: str, query: LocaleQuery) -> CartView:
    """Take a SKU out of one's cart; a repetition changes nothing."""
    holder = Holder(app.caller.user_id, app.header("Cart-Token"))
    return CartView.of(service.remove(holder, sku_id), query.locale)
