"""Empty a cart."""

from mall.auth import GUESTS_TOO
from mall.cart import service
from mall.cart.model import CartBusy, CartTokenRefused, Holder
from mall.cart.schemas import CART_TOKEN
from mall.http import Endpoint
from mall.users.model import AccountClosed

app = Endpoint("cart.clear_cart")


@app.route(
    "/api/cart",
    method="DELETE",
    access=GUESTS_TOO,
    status=204,
    headers=CART_TOKEN,
    refusals=(AccountClosed, CartBusy, CartTokenRefused),
)
def clear_cart() -> None:
    """Take everything out of one's cart; a repetition changes nothing."""
    service.clear(Holder(app.caller.user_id, app.header("Cart-Token")))
