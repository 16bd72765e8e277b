"""Show a merchant how many pictures it holds, and its watermark."""

from mall.auth import permission
from mall.http import Endpoint
from mall.images import service
from mall.images.schemas import AccountView

app = Endpoint("images.get_settings")


@app.route("/api/merchant/picture-settings", access=permission("images.get_settings"))
def get_settings() -> AccountView:
    """Read how many pictures one holds and may hold, and one's watermark."""
    return service.account(app.caller)
