"""Put money into one's wallet."""

from mall.http import Endpoint
from mall.payments.attempts import service as attempts
from mall.payments.schemas import NewTopUp, PaymentView
from mall.payments.top_ups import service
from mall.wallet.model import WalletLimitReached

app = Endpoint("payments.top_up")


@app.route(
    "/api/wallet/top-ups",
    method="POST",
    body=NewTopUp,
    status=201,
    idempotent=True,
    refusals=(WalletLimitReached,),
)
def top_up(body: NewTopUp) -> PaymentView:
    """Begin to put money into one's wallet; it is there as soon as it is paid."""
    intent = service.begin(app.caller.user_id, body.amount.money())
    return PaymentView.of(*attempts.mine(app.caller.user_id, intent.id))
