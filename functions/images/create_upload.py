"""Let a merchant upload a picture."""

from mall.auth import permission
from mall.http import Endpoint
from mall.images import service
from mall.images.model import QuotaExceeded
from mall.images.schemas import NewUpload, UploadForm

app = Endpoint("images.create_upload")


@app.route(
    "/api/merchant/pictures",
    method="POST",
    access=permission("images.create_upload"),
    body=NewUpload,
    status=201,
    refusals=(QuotaExceeded,),
)
def create_upload(body: NewUpload) -> UploadForm:
    """Get a form with which one picture is uploaded; its id then tells what became of it."""
    return service.start_upload(app.caller, body)
