"""Ask the sandbox to send money back."""

from mall import clock
from mall.auth import PUBLIC
from mall.errors import Conflict
from mall.http import Endpoint
from mall.money import CurrencyMismatch
from mall.sandbox import service
from mall.sandbox.model import NoSuchSandboxPayment, NotPaid, NotTheMerchant, NumberTaken, SandboxClosed, TooMuch
from mall.sandbox.schemas import NewSandboxRefund, SandboxRefundView

app = Endpoint("sandbox.create_refund")


@app.route(
    "/api/sandbox/payments/{out_trade_no}/refunds",
    method="POST",
    access=PUBLIC,
    body=NewSandboxRefund,
    status=201,
    refusals=(
        SandboxClosed, NotTheMerchant, NoSuchSandboxPayment, NotPaid, TooMuch, NumberTaken, Conflict, CurrencyMismatch,
    ),
)  # fmt: skip
def create_refund(out_trade_no: str, body: NewSandboxRefund) -> SandboxRefundView:
    """Send a part of a payment back, or all of it; the same number again is the same refund. Signed by the merchant."""
    refund = service.refund(service.merchant(app.headers, "POST", app.path, app.raw), out_trade_no, body)
    return SandboxRefundView.of(refund, clock.now())
