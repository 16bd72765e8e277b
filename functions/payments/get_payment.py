"""How a payment stands."""

from mall.http import Endpoint
from mall.payments.attempts import service
from mall.payments.model import PaymentNotFound
from mall.payments.schemas import PaymentView

app = Endpoint("payments.get_payment")


@app.route("/api/payments/{intent_id}", refusals=(PaymentNotFound,))
def get_payment(intent_id: str) -> PaymentView:
    """Read what one has to pay, how it stands, and one's attempts."""
    return PaymentView.of(*service.mine(app.caller.user_id, intent_id))
