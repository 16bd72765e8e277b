"""Begin an export of products."""

from mall.auth import permission
from mall.errors import TooManyRequests
from mall.http import Endpoint
from mall.imports import service
from mall.imports.schemas import ExportView, NewExport

app = Endpoint("imports.create_export")


@app.route(
    "/api/merchant/exports",
    method="POST",
    access=permission("imports.create_export"),
    body=NewExport,
    status=202,
    idempotent=True,
    refusals=(TooManyRequests,),
)
def create_export(body: NewExport) -> ExportView:
    """Have all products of the merchant written into a file, which an import of it would leave as they are.

    CSV and XLSX say values of options by their codes, so names that the merchant gave them are in JSON Lines only.
    """
    return service.create_export(app.caller, body)
