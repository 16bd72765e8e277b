"""Try a refund again now."""

from mall.auth import permission
from mall.http import Endpoint
from mall.refunds.model import NotStuck, RefundNotFound
from mall.refunds.schemas import RefundRecord
from mall.refunds.sending import service

app = Endpoint("refunds.retry_refund")


@app.route(
    "/api/admin/refunds/{refund_id}/retry",
    method="POST",
    access=permission("refunds.retry_refund"),
    refusals=(RefundNotFound, NotStuck),
)
def retry_refund(refund_id: str) -> RefundRecord:
    """Send a refund that is not through once more, under the number that it has, and say how it stands then."""
    return RefundRecord.of(service.retry(refund_id, by=app.caller.user_id))
