"""Read an article."""

from mall.auth import permission
from mall.content import service
from mall.content.model import NoSuchArticle, NotASlug
from mall.content.schemas import ArticleView
from mall.http import Endpoint

app = Endpoint("content.get_article")


@app.route("/api/admin/articles/{slug}", access=permission("content.get_article"), refusals=(NotASlug, NoSuchArticle))
def get_article(slug: str) -> ArticleView:
    """Read a help article."""
    return ArticleView.of(service.article(slug))
