"""Show operators a refund."""

from mall.auth import permission
from mall.http import Endpoint
from mall.refunds.model import RefundNotFound
from mall.refunds.schemas import RefundRecord
from mall.refunds.sending import service

app = Endpoint("refunds.get_refund_record")


@app.route("/api/admin/refunds/{refund_id}", access=permission("refunds.get_refund_record"), refusals=(RefundNotFound,))
def get_refund_record(refund_id: str) -> RefundRecord:
    """Read a refund with the number that each part has at its channel, and how often it was tried."""
    return RefundRecord.of(service.find(refund_id))
