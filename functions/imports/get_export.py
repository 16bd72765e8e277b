"""See how far an export is."""

from mall.auth import permission
from mall.http import Endpoint
from mall.imports import service
from mall.imports.model import NoSuchJob
from mall.imports.schemas import ExportView

app = Endpoint("imports.get_export")


@app.route("/api/merchant/exports/{export_id}", access=permission("imports.get_export"), refusals=(NoSuchJob,))
def get_export(export_id: str) -> ExportView:
    """See how far an export is and, once it is finished, get its file."""
    return service.get_export(app.caller, export_id)
