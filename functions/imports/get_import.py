"""See how far an import is."""

from mall.auth import permission
from mall.http import Endpoint
from mall.imports import service
from mall.imports.model import NoSuchJob
from mall.imports.schemas import ImportView

app = Endpoint("imports.get_import")


@app.route("/api/merchant/imports/{import_id}", access=permission("imports.get_import"), refusals=(NoSuchJob,))
def get_import(import_id: str) -> ImportView:
    """See how far an import is and, once it is finished, get the file of what could not be taken in."""
    return service.get_import(app.caller, import_id)
