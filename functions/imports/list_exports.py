"""List a merchant's exports."""

from mall.auth import permission
from mall.http import Endpoint
from mall.imports import service
from mall.imports.schemas import ExportList, JobQuery

app = Endpoint("imports.list_exports")


@app.route("/api/merchant/exports", access=permission("imports.list_exports"), query=JobQuery)
def list_exports(query: JobQuery) -> ExportList:
    """List the merchant's exports of the last 90 days, the newest first."""
    return service.list_exports(app.caller, query)
