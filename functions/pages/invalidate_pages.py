"""Have the pages rendered anew that show something."""

from mall.auth import permission
from mall.http import Endpoint
from mall.pages import service
from mall.pages.model import NotATag
from mall.pages.schemas import Invalidated, Invalidation

app = Endpoint("pages.invalidate_pages")


@app.route(
    "/api/admin/pages/invalidations",
    method="POST",
    access=permission("pages.invalidate_pages"),
    body=Invalidation,
    status=202,
    refusals=(NotATag,),
)
def invalidate_pages(body: Invalidation) -> Invalidated:
    """Have every page rendered anew that shows one of these things."""
    return Invalidated(pages=service.invalidate(body.tags))
