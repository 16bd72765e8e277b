"""Ask the channels how a payment stands."""

from mall.http import Endpoint
from mall.payments.attempts import service
from mall.payments.model import PaymentNotFound
from mall.payments.schemas import PaymentView

app = Endpoint("payments.check_payment")


@app.route("/api/payments/{intent_id}/check", method="POST", refusals=(PaymentNotFound,))
def check_payment(intent_id: str) -> PaymentView:
    """Ask the channels about one's open attempts, for who comes back before the channel's callback does."""
    return PaymentView.of(*service.check(app.caller.user_id, intent_id))
