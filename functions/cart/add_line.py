"""Put something into a cart."""

from mall.auth import GUESTS_TOO
from mall.cart import service
from mall.cart.model import (
    CartBusy,
    CartFull,
    CartTokenRefused,
    Holder,
    LineFull,
    NoSuchSku,
    NotEnoughStock,
    NotOnSale,
    OtherCurrency,
)
from mall.cart.schemas import CART_TOKEN, REPETITION, CartView, LocaleQuery, WantedLine
from mall.http import Endpoint
from mall.users.model import AccountClosed

app = Endpoint("cart.add_line")


@app.route(
    "/api/cart/lines",
    method="POST",
    access=GUESTS_TOO,
    body=WantedLine,
    query=LocaleQuery,
    status=201,
    headers=CART_TOKEN | REPETITION,
    refusals=(
        *(AccountClosed, CartBusy, CartFull, CartTokenRefused, LineFull),
        *(NoSuchSku, NotEnoughStock, NotOnSale, OtherCurrency),
    ),
)
def add_line(body: WantedLine, query: LocaleQuery) -> CartView:
    """Put some of a SKU into one's cart; it adds up with what is there.

    A guest who sends no token gets a new cart, and its token in the answer.
    """
    holder = Holder(app.caller.user_id, app.header("Cart-Token"))
    return CartView.of(service.add(holder, body.wish, key=app.header("Idempotency-Key")), query.locale)
