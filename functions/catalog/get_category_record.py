"""Show a category as it is kept."""

from mall.auth import permission
from mall.catalog.categories.model import NoSuchCategory
from mall.catalog.categories.schemas import CategoryRecord
from mall.catalog.categories.tree import service
from mall.http import Endpoint

app = Endpoint("catalog.get_category_record")


@app.route(
    "/api/admin/categories/{category_id}",
    access=permission("catalog.get_category_record"),
    refusals=(NoSuchCategory,),
)
def get_category_record(category_id: str) -> CategoryRecord:
    """Read a category with its own attributes, without those from above."""
    return CategoryRecord.of(service.get(category_id))
