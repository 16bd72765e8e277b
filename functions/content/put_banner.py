"""Hang a banner up."""

from mall.auth import permission
from mall.content import service
from mall.content.model import ContentChangedMeanwhile, NotAnAddress, NotASlug, TooMuchContent
from mall.content.schemas import BannerBody, BannerView
from mall.http import Endpoint

app = Endpoint("content.put_banner")


@app.route(
    "/api/admin/banners/{banner_id}",
    method="PUT",
    access=permission("content.put_banner"),
    body=BannerBody,
    refusals=(NotASlug, NotAnAddress, ContentChangedMeanwhile, TooMuchContent),
)
def put_banner(banner_id: str, body: BannerBody) -> BannerView:
    """Hang a banner up on the home page, or change it."""
    return BannerView.of(service.put_banner(banner_id, body))
