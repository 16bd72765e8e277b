"""Change a category."""

from mall.auth import permission
from mall.catalog.categories.model import CategoryChanged, CategoryClosed, NoSuchCategory, SlugTaken
from mall.catalog.categories.schemas import CategoryRecord, ChangedCategory
from mall.catalog.categories.template import AttributeClash, BadAttribute
from mall.catalog.categories.tree import service
from mall.catalog.texts import NotAText
from mall.http import Endpoint

app = Endpoint("catalog.update_category")


@app.route(
    "/api/admin/categories/{category_id}",
    method="PUT",
    access=permission("catalog.update_category"),
    body=ChangedCategory,
    refusals=(AttributeClash, BadAttribute, CategoryChanged, CategoryClosed, NoSuchCategory, NotAText, SlugTaken),
)
def update_category(category_id: str, body: ChangedCategory) -> CategoryRecord:
    """Change what a category says and which attributes it adds to its template; hide it or show it again."""
    return CategoryRecord.of(service.change(category_id, body))
