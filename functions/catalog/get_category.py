"""Show a category."""

from mall.auth import PUBLIC
from mall.catalog.categories import service
from mall.catalog.categories.model import NoSuchCategory
from mall.catalog.categories.schemas import CategoryView
from mall.fields import LocaleQuery
from mall.http import Endpoint

app = Endpoint("catalog.get_category")


@app.route(
    "/api/categories/{category_id}",
    access=PUBLIC,
    query=LocaleQuery,
    max_age=60,
    refusals=(NoSuchCategory,),
)
def get_category(category_id: str, query: LocaleQuery) -> CategoryView:
    """Show a category, the way to it from the root, and what may be said of its products."""
    return service.show(category_id, query)
