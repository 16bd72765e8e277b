"""Fetch a copy of one's data."""

from mall.http import Endpoint
from mall.users.privacy import service
from mall.users.privacy.model import NoSuchExport
from mall.users.privacy.schemas import ExportView

app = Endpoint("users.get_export")


@app.route("/api/users/me/exports/{export_id}", refusals=(NoSuchExport,))
def get_export(export_id: str) -> ExportView:
    """See how far a copy of one's data is, and where to fetch it."""
    return ExportView.of(service.export(app.caller, export_id))
