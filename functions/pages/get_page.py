"""Read what is published of a page."""

from mall.auth import permission
from mall.http import Endpoint
from mall.pages import service
from mall.pages.model import NoSuchPage, NotAPage
from mall.pages.schemas import PageView

app = Endpoint("pages.get_page")


@app.route("/api/admin/pages/{page}", access=permission("pages.get_page"), refusals=(NotAPage, NoSuchPage))
def get_page(page: str) -> PageView:
    """Read what is published of a page, since when, and of which things it tells."""
    return PageView.of(service.status(page))
