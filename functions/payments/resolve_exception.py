"""Resolve a payment that somebody looked into."""

from mall.auth import permission
from mall.http import Endpoint
from mall.payments.model import ExceptionNotFound, ExceptionResolved, NotRefundable
from mall.payments.resolving import service
from mall.payments.schemas import ExceptionView, Resolution

app = Endpoint("payments.resolve_exception")


@app.route(
    "/api/admin/payment-exceptions/{exception_id}/resolve",
    method="POST",
    access=permission("payments.resolve_exception"),
    body=Resolution,
    refusals=(ExceptionNotFound, ExceptionResolved, NotRefundable),
)
def resolve_exception(exception_id: str, body: Resolution) -> ExceptionView:
    """Resolve an exception: note what was found out, or take the money in and send it back to its buyer."""
    return ExceptionView.of(
        service.resolve(exception_id, by=app.caller.user_id, action=body.action, reason=body.reason)
    )
