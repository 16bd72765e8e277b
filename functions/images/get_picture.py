"""Show a merchant one of its pictures."""

from mall.auth import permission
from mall.http import Endpoint
from mall.images import service
from mall.images.model import NoSuchPicture
from mall.images.schemas import PictureView

app = Endpoint("images.get_picture")


@app.route("/api/merchant/pictures/{id}", access=permission("images.get_picture"), refusals=(NoSuchPicture,))
def get_picture(id: str) -> PictureView:
    """Read a picture by its id, or by that of its upload what became of it."""
    return service.get(app.caller, id)
