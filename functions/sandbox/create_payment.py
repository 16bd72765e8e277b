"""Ask the sandbox for a payment."""

from mall import clock
from mall.auth import PUBLIC
from mall.http import Endpoint
from mall.sandbox import service
from mall.sandbox.model import NotTheMerchant, NumberTaken, SandboxClosed
from mall.sandbox.schemas import NewSandboxPayment, SandboxPaymentView

app = Endpoint("sandbox.create_payment")


@app.route(
    "/api/sandbox/payments",
    method="POST",
    access=PUBLIC,
    body=NewSandboxPayment,
    status=201,
    refusals=(SandboxClosed, NotTheMerchant, NumberTaken),
)
def create_payment(body: NewSandboxPayment) -> SandboxPaymentView:
    """Ask the sandbox for a payment; the same number again is the same payment. Signed by the merchant."""
    merchant = service.merchant(app.headers, "POST", app.path, app.raw)
    payment = service.create(merchant, body)
    return SandboxPaymentView.of(payment, service.address(payment), clock.now())
