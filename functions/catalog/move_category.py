"""Move a category."""

from mall.auth import permission
from mall.catalog.categories.jobs import service
from mall.catalog.categories.jobs.schemas import JobView
from mall.catalog.categories.model import BelowItself, CategoryClosed, NoSuchCategory, SlugTaken, TooDeep
from mall.catalog.categories.schemas import Destination
from mall.catalog.categories.template import AttributeClash
from mall.http import Endpoint

app = Endpoint("catalog.move_category")


@app.route(
    "/api/admin/categories/{category_id}/move",
    method="POST",
    access=permission("catalog.move_category"),
    body=Destination,
    status=202,
    idempotent=True,
    refusals=(AttributeClash, BelowItself, CategoryClosed, NoSuchCategory, SlugTaken, TooDeep),
)
def move_category(category_id: str, body: Destination) -> JobView:
    """Put a category and all below it somewhere else in the tree, as a job."""
    return JobView.of(service.move(category_id, body.parent_id, by=app.caller.user_id or app.caller.key_id))
