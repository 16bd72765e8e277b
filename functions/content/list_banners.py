"""List the banners."""

from mall.auth import permission
from mall.content import service
from mall.content.schemas import BannerList, BannerView
from mall.http import Endpoint

app = Endpoint("content.list_banners")


@app.route("/api/admin/banners", access=permission("content.list_banners"))
def list_banners() -> BannerList:
    """List the banners of the home page in their order; there are 20 at most."""
    return BannerList(items=[BannerView.of(banner) for banner in service.banners()])
