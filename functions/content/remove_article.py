"""Take an article away."""

from mall.auth import permission
from mall.content import service
from mall.content.model import NotASlug
from mall.http import Endpoint

app = Endpoint("content.remove_article")


@app.route(
    "/api/admin/articles/{slug}",
    method="DELETE",
    access=permission("content.remove_article"),
    status=204,
    refusals=(NotASlug,),
)
def remove_article(slug: str) -> None:
    """Take a help article away; a repetition changes nothing."""
    service.remove_article(slug)
