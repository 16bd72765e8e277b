"""Tell the sandbox that a payment is not wanted any more."""

from mall import clock
from mall.auth import PUBLIC
from mall.errors import Conflict
from mall.http import Endpoint
from mall.sandbox import service
from mall.sandbox.model import NoSuchSandboxPayment, NotTheMerchant, SandboxClosed
from mall.sandbox.schemas import SandboxPaymentView

app = Endpoint("sandbox.close_payment")


@app.route(
    "/api/sandbox/payments/{out_trade_no}/close",
    method="POST",
    access=PUBLIC,
    refusals=(SandboxClosed, NotTheMerchant, NoSuchSandboxPayment, Conflict),
)
def close_payment(out_trade_no: str) -> SandboxPaymentView:
    """Let nobody pay a payment any more; one that was paid stays paid. Signed by the merchant."""
    payment = service.close(service.merchant(app.headers, "POST", app.path, app.raw), out_trade_no)
    return SandboxPaymentView.of(payment, service.address(payment), clock.now())
