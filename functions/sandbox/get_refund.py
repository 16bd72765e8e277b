"""Ask the sandbox how a refund stands."""

from mall import clock
from mall.auth import PUBLIC
from mall.http import Endpoint
from mall.sandbox import service
from mall.sandbox.model import NoSuchSandboxRefund, NotTheMerchant, SandboxClosed
from mall.sandbox.schemas import SandboxRefundView

app = Endpoint("sandbox.get_refund")


@app.route(
    "/api/sandbox/payments/{out_trade_no}/refunds/{refund_no}",
    access=PUBLIC,
    refusals=(SandboxClosed, NotTheMerchant, NoSuchSandboxRefund),
)
def get_refund(out_trade_no: str, refund_no: str) -> SandboxRefundView:
    """Ask the sandbox how a refund stands. Signed by the merchant."""
    merchant = service.merchant(app.headers, "GET", app.path, b"")
    return SandboxRefundView.of(service.refund_of(merchant, out_trade_no, refund_no), clock.now())
