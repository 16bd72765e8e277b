"""List the articles."""

from mall.auth import permission
from mall.content import service
from mall.content.schemas import ArticleList, ArticleSummary
from mall.http import Endpoint

app = Endpoint("content.list_articles")


@app.route("/api/admin/articles", access=permission("content.list_articles"))
def list_articles() -> ArticleList:
    """List the help articles in their order, without their bodies; there are 200 at most."""
    return ArticleList(items=[ArticleSummary.of(article) for article in service.articles()])
