"""Delete a category."""

from mall.auth import permission
from mall.catalog.categories.model import CategoryInUse, NoSuchCategory
from mall.catalog.categories.tree import service
from mall.catalog.products import service as products
from mall.http import Endpoint

app = Endpoint("catalog.remove_category")


@app.route(
    "/api/admin/categories/{category_id}",
    method="DELETE",
    access=permission("catalog.remove_category"),
    status=204,
    refusals=(CategoryInUse, NoSuchCategory),
)
def remove_category(category_id: str) -> None:
    """Delete a category that holds nothing."""
    service.remove(category_id, used=products.uses_category)
