"""Write an article."""

from mall.auth import permission
from mall.content import service
from mall.content.model import ContentChangedMeanwhile, NotASlug, TooMuchContent
from mall.content.schemas import ArticleBody, ArticleView
from mall.http import Endpoint

app = Endpoint("content.put_article")


@app.route(
    "/api/admin/articles/{slug}",
    method="PUT",
    access=permission("content.put_article"),
    body=ArticleBody,
    refusals=(NotASlug, ContentChangedMeanwhile, TooMuchContent),
)
def put_article(slug: str, body: ArticleBody) -> ArticleView:
    """Write a help article, or write it anew; its page follows within seconds."""
    return ArticleView.of(service.put_article(slug, body))
