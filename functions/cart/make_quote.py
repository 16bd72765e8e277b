"""Quote what somebody is about to order."""

from mall.cart import service
from mall.cart.schemas import LocaleQuery, QuoteRequest, QuoteView
from mall.http import Endpoint
from mall.money import CurrencyMismatch
from mall.users.model import AccountClosed

app = Endpoint("cart.make_quote")


@app.route(
    "/api/quotes", method="POST", body=QuoteRequest, query=LocaleQuery, refusals=(AccountClosed, CurrencyMismatch)
)
def make_quote(body: QuoteRequest, query: LocaleQuery) -> QuoteView:
    """Quote some lines, or what is selected in one's cart, as an order would be; nothing is kept of it."""
    return QuoteView.of(service.quote(app.caller.user_id, body.wishes), query.locale)
