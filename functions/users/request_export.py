"""Ask for a copy of one's data."""

from mall.errors import TooManyRequests
from mall.http import Endpoint
from mall.users.model import AccountClosed
from mall.users.privacy import service
from mall.users.privacy.schemas import ExportView

app = Endpoint("users.request_export")


@app.route("/api/users/me/exports", method="POST", status=202, refusals=(TooManyRequests, AccountClosed))
def request_export() -> ExportView:
    """Have a copy made of all that is kept of oneself."""
    return ExportView.of(service.request_export(app.caller))
