"""Show what waits for a review."""

from mall.auth import permission
from mall.catalog.products.platform import service
from mall.catalog.products.schemas import SummaryList
from mall.http import Endpoint, Page

app = Endpoint("catalog.list_reviews")


@app.route(
    "/api/admin/reviews",
    access=permission("catalog.list_reviews"),
    query=Page,
)
def list_reviews(query: Page) -> SummaryList:
    """List the products that wait for a review, the one that has waited longest first."""
    return service.waiting(query)
