"""Merge a guest's cart into one's own."""

from mall.cart import service
from mall.cart.model import CartBusy, CartFull, CartTokenRefused
from mall.cart.schemas import CartView, GuestToken, LocaleQuery
from mall.http import Endpoint
from mall.users.model import AccountClosed

app = Endpoint("cart.merge_carts")


@app.route(
    "/api/cart/merge",
    method="POST",
    body=GuestToken,
    query=LocaleQuery,
    refusals=(AccountClosed, CartBusy, CartFull, CartTokenRefused),
)
def merge_carts(body: GuestToken, query: LocaleQuery) -> CartView:
    """Move what one put into a cart as a guest into one's own; a repetition moves nothing again.

    Quantities of the same SKU add up. Afterwards the guest's cart is gone, and its token leads to nothing.
    """
    return CartView.of(service.merge(app.caller.user_id, body.guest_token), query.locale)
