"""Change a line of a cart."""

from mall.auth import GUESTS_TOO
from mall.cart import service
from mall.cart.model import (
    CartBusy,
    CartTokenRefused,
    Holder,
    NoSuchLine,
    NotEnoughStock,
    NotOnSale,
    OtherCurrency,
)
from mall.cart.schemas import CART_TOKEN, CartView, ChangedLine, LocaleQuery
from mall.http import Endpoint
from mall.users.model import AccountClosed

app = Endpoint("cart.update_line")


@app.route(
    "/api/cart/lines/{sku_id}",
    method="PATCH",
    access=GUESTS_TOO,
    body=ChangedLine,
    query=LocaleQuery,
    headers=CART_TOKEN,
    refusals=(AccountClosed, CartBusy, CartTokenRefused, NoSuchLine, NotEnoughStock, NotOnSale, OtherCurrency),
)
def update_line(sku_id: str, body: ChangedLine, query: LocaleQuery) -> CartView:
    """Change how many of a SKU are wanted, whether now or later, and the note to its merchant."""
    holder = Holder(app.caller.user_id, app.header("Cart-Token"))
    return CartView.of(service.change(holder, sku_id, body.change), query.locale)
