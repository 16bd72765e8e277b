"""Begin an import of products."""

from mall.auth import permission
from mall.errors import TooManyRequests
from mall.http import Endpoint
from mall.imports import service
from mall.imports.schemas import CreatedImport, NewImport
from mall.merchants.model import MerchantNotActive

app = Endpoint("imports.create_import")


@app.route(
    "/api/merchant/imports",
    method="POST",
    access=permission("imports.create_import"),
    body=NewImport,
    status=201,
    idempotent=True,
    refusals=(MerchantNotActive, TooManyRequests),
)
def create_import(body: NewImport) -> CreatedImport:
    """Begin an import and get the form with which its file is uploaded; the import starts when the file is there."""
    return service.create_import(app.caller, body)
