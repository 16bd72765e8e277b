"""List a merchant's imports."""

from mall.auth import permission
from mall.http import Endpoint
from mall.imports import service
from mall.imports.schemas import ImportList, JobQuery

app = Endpoint("imports.list_imports")


@app.route("/api/merchant/imports", access=permission("imports.list_imports"), query=JobQuery)
def list_imports(query: JobQuery) -> ImportList:
    """List the merchant's imports of the last 90 days, the newest first."""
    return service.list_imports(app.caller, query)
