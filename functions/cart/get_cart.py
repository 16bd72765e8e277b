"""Read a cart."""

from mall.auth import GUESTS_TOO
from mall.cart import service
from mall.cart.model import CartTokenRefused, Holder
from mall.cart.schemas import CART_TOKEN, CartView, LocaleQuery
from mall.http import Endpoint

app = Endpoint("cart.get_cart")


@app.route("/api/cart", access=GUESTS_TOO, query=LocaleQuery, headers=CART_TOKEN, refusals=(CartTokenRefused,))
def get_cart(query: LocaleQuery) -> CartView:
    """Read one's cart, with what it costs now and what changed since it was last shown.

    Somebody who is signed in has a cart of their own; a guest has that of the token.
    """
    holder = Holder(app.caller.user_id, app.header("Cart-Token"))
    return CartView.of(service.show(holder), query.locale)
