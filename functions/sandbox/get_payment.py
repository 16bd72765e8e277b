"""Ask the sandbox how a payment stands."""

from mall import clock
from mall.auth import PUBLIC
from mall.http import Endpoint
from mall.sandbox import service
from mall.sandbox.model import NoSuchSandboxPayment, NotTheMerchant, SandboxClosed
from mall.sandbox.schemas import SandboxPaymentView

app = Endpoint("sandbox.get_payment")


@app.route(
    "/api/sandbox/payments/{out_trade_no}",
    access=PUBLIC,
    refusals=(SandboxClosed, NotTheMerchant, NoSuchSandboxPayment),
)
def get_payment(out_trade_no: str) -> SandboxPaymentView:
    """Ask the sandbox how a payment stands. Signed by the merchant."""
    payment = service.payment(service.merchant(app.headers, "GET", app.path, b""), out_trade_no)
    return SandboxPaymentView.of(payment, service.address(payment), clock.now())
