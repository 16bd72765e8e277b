"""Show what is to be reviewed."""

from mall.auth import permission
from mall.catalog.products.model import NoDraft, NoSuchProduct
from mall.catalog.products.platform import service
from mall.catalog.products.schemas import Review
from mall.http import Endpoint

app = Endpoint("catalog.get_review")


@app.route(
    "/api/admin/reviews/{product_id}",
    access=permission("catalog.get_review"),
    refusals=(NoDraft, NoSuchProduct),
)
def get_review(product_id: str) -> Review:
    """Read a draft beside what is live, field by field."""
    return service.review(product_id)
