"""Buy again what was in one of one's own orders."""

from mall.http import Endpoint
from mall.orders import service
from mall.orders.model import OrderNotFound
from mall.orders.schemas import BoughtAgain

app = Endpoint("orders.buy_again")


@app.route("/api/orders/{order_id}/buy-again", method="POST", keyed=True, refusals=(OrderNotFound,))
def buy_again(order_id: str) -> BoughtAgain:
    """Put what was in an order into one's cart, as far as it can be had."""
    return BoughtAgain.of(service.buy_again(app.caller.user_id, order_id, app.idempotency_key))
