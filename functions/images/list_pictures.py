"""Show a merchant its pictures."""

from mall.auth import permission
from mall.http import Endpoint, Page
from mall.images import service
from mall.images.schemas import PictureList

app = Endpoint("images.list_pictures")


@app.route("/api/merchant/pictures", access=permission("images.list_pictures"), query=Page)
def list_pictures(query: Page) -> PictureList:
    """List one's pictures, newest first."""
    return service.pictures(app.caller, query)
