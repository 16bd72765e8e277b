"""Payments that somebody has to look into."""

from mall.auth import permission
from mall.http import Endpoint
from mall.payments.exceptions import service
from mall.payments.schemas import ExceptionList, ExceptionQuery, ExceptionView

app = Endpoint("payments.list_exceptions")


@app.route("/api/admin/payment-exceptions", access=permission("payments.list_exceptions"), query=ExceptionQuery)
def list_exceptions(query: ExceptionQuery) -> ExceptionList:
    """List payments that somebody has to look into, the newest first."""
    found, after = service.listed(resolved=query.state == "resolved", limit=query.limit, after=query.after)
    return ExceptionList(items=[ExceptionView.of(exception) for exception in found], after=after)
