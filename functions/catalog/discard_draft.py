"""Throw a draft away."""

from mall.auth import permission
from mall.catalog.products import service
from mall.catalog.products.model import NoDraft, NoSuchProduct, NotApproved, ProductChanged
from mall.catalog.products.schemas import Standing
from mall.http import Endpoint

app = Endpoint("catalog.discard_draft")


@app.route(
    "/api/merchant/products/{product_id}/draft",
    method="DELETE",
    access=permission("catalog.discard_draft"),
    refusals=(NoDraft, NoSuchProduct, NotApproved, ProductChanged),
)
def discard_draft(product_id: str) -> Standing:
    """Throw the draft of a product away; what is live stays."""
    return Standing.of(service.discard_draft(app.caller.merchant_id, product_id))
