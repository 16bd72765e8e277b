"""Add a category."""

from mall.auth import permission
from mall.catalog.categories.model import CategoryClosed, NoSuchCategory, SlugTaken, TooDeep, TooManyCategories
from mall.catalog.categories.schemas import CategoryRecord, NewCategory
from mall.catalog.categories.template import AttributeClash, BadAttribute
from mall.catalog.categories.tree import service
from mall.catalog.texts import NotAText
from mall.http import Endpoint

app = Endpoint("catalog.create_category")


@app.route(
    "/api/admin/categories",
    method="POST",
    access=permission("catalog.create_category"),
    body=NewCategory,
    status=201,
    idempotent=True,
    refusals=(
        AttributeClash,
        BadAttribute,
        CategoryClosed,
        NoSuchCategory,
        NotAText,
        SlugTaken,
        TooDeep,
        TooManyCategories,
    ),
)
def create_category(body: NewCategory) -> CategoryRecord:
    """Add a category, below another one or as a root."""
    return CategoryRecord.of(service.create(body))
