"""Let a merchant give a picture up."""

from mall.auth import permission
from mall.http import Endpoint
from mall.images import service
from mall.images.model import NoSuchPicture, PictureInUse

app = Endpoint("images.remove_picture")


@app.route(
    "/api/merchant/pictures/{id}",
    method="DELETE",
    access=permission("images.remove_picture"),
    status=204,
    refusals=(NoSuchPicture, PictureInUse),
)
def remove_picture(id: str) -> None:
    """Give up a picture that is shown nowhere, so that it no longer counts."""
    service.remove(app.caller, id)
