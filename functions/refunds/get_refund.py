"""Show one's refund."""

from mall.http import Endpoint
from mall.refunds import service
from mall.refunds.model import RefundNotFound
from mall.refunds.schemas import RefundView

app = Endpoint("refunds.get_refund")


@app.route("/api/refunds/{refund_id}", refusals=(RefundNotFound,))
def get_refund(refund_id: str) -> RefundView:
    """Read where a refund of one's own stands."""
    return RefundView.of(service.get(app.caller.user_id, refund_id))
