"""Let a merchant choose a watermark."""

from mall.auth import permission
from mall.http import Endpoint
from mall.images import service
from mall.images.model import NoSuchPicture
from mall.images.schemas import AccountView, Settings

app = Endpoint("images.change_settings")


@app.route(
    "/api/merchant/picture-settings",
    method="PUT",
    access=permission("images.change_settings"),
    body=Settings,
    refusals=(NoSuchPicture,),
)
def change_settings(body: Settings) -> AccountView:
    """Set or take away the watermark of the pictures that are uploaded from now on."""
    return service.change_settings(app.caller, body)
