"""Show the tree of categories."""

from mall.auth import PUBLIC
from mall.catalog.categories import service
from mall.catalog.categories.schemas import CategoryTree
from mall.fields import LocaleQuery
from mall.http import Endpoint

app = Endpoint("catalog.list_categories")


@app.route(
    "/api/categories",
    access=PUBLIC,
    query=LocaleQuery,
    max_age=60,
)
def list_categories(query: LocaleQuery) -> CategoryTree:
    """Show all categories as a tree."""
    return service.show_tree(query)
