"""Merge a category into another."""

from mall.auth import permission
from mall.catalog.categories.jobs import service
from mall.catalog.categories.jobs.schemas import JobView
from mall.catalog.categories.model import BelowItself, CategoryClosed, NoSuchCategory, SlugTaken, TooDeep
from mall.catalog.categories.schemas import Merger
from mall.catalog.categories.template import AttributeClash
from mall.http import Endpoint

app = Endpoint("catalog.merge_category")


@app.route(
    "/api/admin/categories/{category_id}/merger",
    method="POST",
    access=permission("catalog.merge_category"),
    body=Merger,
    status=202,
    idempotent=True,
    refusals=(AttributeClash, BelowItself, CategoryClosed, NoSuchCategory, SlugTaken, TooDeep),
)
def merge_category(category_id: str, body: Merger) -> JobView:
    """Have another category take over a category's products and what is below it, as a job."""
    return JobView.of(service.merge(category_id, body.into, by=app.caller.user_id or app.caller.key_id))
