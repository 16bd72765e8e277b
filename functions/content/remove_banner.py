"""Take a banner down."""

from mall.auth import permission
from mall.content import service
from mall.content.model import NotASlug
from mall.http import Endpoint

app = Endpoint("content.remove_banner")


@app.route(
    "/api/admin/banners/{banner_id}",
    method="DELETE",
    access=permission("content.remove_banner"),
    status=204,
    refusals=(NotASlug,),
)
def remove_banner(banner_id: str) -> None:
    """Take a banner down from the home page; a repetition changes nothing."""
    service.remove_banner(banner_id)
