"""Show operators the refunds that are not through."""

from mall.auth import permission
from mall.http import Endpoint
from mall.refunds.model import State
from mall.refunds.schemas import RefundQuery, RefundRecord, RefundRecords
from mall.refunds.sending import service

app = Endpoint("refunds.list_refunds")


@app.route("/api/admin/refunds", access=permission("refunds.list_refunds"), query=RefundQuery)
def list_refunds(query: RefundQuery) -> RefundRecords:
    """List the refunds that are not through, or those in one state, the oldest first."""
    state = State(query.state) if query.state else None
    refunds, cursor = service.stuck(state, limit=query.limit, after=query.after)
    return RefundRecords(items=[RefundRecord.of(refund) for refund in refunds], next=cursor)
