"""Place an order."""

from mall.http import Endpoint
from mall.orders.model import AlreadyOrdered, CartChanged, NothingToOrder, TooManyUnpaid
from mall.orders.placing import service
from mall.orders.placing.model import WalletAmountTooHigh
from mall.orders.placing.schemas import NewOrder
from mall.orders.placing.service import DeliveryDate
from mall.orders.schemas import InLocale, TradeView
from mall.users.address_book.model import AddressNotFound
from mall.users.model import AccountClosed
from mall.wallet.model import PaymentPasswordLocked, PaymentPasswordMissing, PaymentPasswordWrong

app = Endpoint("orders.place_order")
# When it is worth looking at the trade again.
SOON = "1"


@app.route(
    "/api/orders",
    method="POST",
    body=NewOrder,
    query=InLocale,
    status=202,
    keyed=True,
    refusals=(
        CartChanged, NothingToOrder, AlreadyOrdered, TooManyUnpaid, WalletAmountTooHigh, DeliveryDate, AddressNotFound,
        AccountClosed, PaymentPasswordMissing, PaymentPasswordWrong, PaymentPasswordLocked,
    ),
)  # fmt: skip
def place_order(body: NewOrder, query: InLocale) -> TradeView:
    """Place an order, and look at the trade in `Location` after `Retry-After` seconds for what became of it.

    The same Idempotency-Key again is the same order. What differs from what was seen is in the details of CartChanged.
    """
    picture = service.order(app.caller.user_id, body, app.idempotency_key)
    app.answer_headers |= {"Location": f"/api/trades/{picture.trade.id}", "Retry-After": SOON}
    return TradeView.of(picture, query.locale)
