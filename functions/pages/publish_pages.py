"""Have pages rendered and published."""

from mall.auth import permission
from mall.http import Endpoint
from mall.pages import service
from mall.pages.model import NotAPage
from mall.pages.schemas import Publication, Publishing

app = Endpoint("pages.publish_pages")


@app.route(
    "/api/admin/pages/publications",
    method="POST",
    access=permission("pages.publish_pages"),
    body=Publication,
    status=202,
    refusals=(NotAPage,),
)
def publish_pages(body: Publication) -> Publishing:
    """Have pages rendered and published, each unless it is about to be anyway; `all` starts a rebuild."""
    return service.publish_named(body.pages)
