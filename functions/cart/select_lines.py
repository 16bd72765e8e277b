"""Select lines of a cart."""

from mall.auth import GUESTS_TOO
from mall.cart import service
from mall.cart.model import CartBusy, CartTokenRefused, Holder, NoSuchLine
from mall.cart.schemas import CART_TOKEN, CartView, LocaleQuery, Selection
from mall.http import Endpoint
from mall.users.model import AccountClosed

app = Endpoint("cart.select_lines")


@app.route(
    "/api/cart/selection",
    method="PUT",
    access=GUESTS_TOO,
    body=Selection,
    query=LocaleQuery,
    headers=CART_TOKEN,
    refusals=(AccountClosed, CartBusy, CartTokenRefused, NoSuchLine),
)
def select_lines(body: Selection, query: LocaleQuery) -> CartView:
    """Select what is to be ordered: all, what is of one merchant, or some SKUs."""
    holder = Holder(app.caller.user_id, app.header("Cart-Token"))
    picture = service.select(holder, body.selected, merchant_id=body.merchant_id, sku_ids=body.sku_ids)
    return CartView.of(picture, query.locale)
