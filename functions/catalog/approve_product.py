"""Approve a draft."""

from mall.auth import permission
from mall.catalog.products.model import DraftChanged, NoDraft, NoSuchProduct, NotInReview, ProductChanged
from mall.catalog.products.platform import service
from mall.catalog.products.schemas import Approval, Standing
from mall.http import Endpoint

app = Endpoint("catalog.approve_product")


@app.route(
    "/api/admin/reviews/{product_id}/approval",
    method="PUT",
    access=permission("catalog.approve_product"),
    body=Approval,
    refusals=(DraftChanged, NoDraft, NoSuchProduct, NotInReview, ProductChanged),
)
def approve_product(product_id: str, body: Approval) -> Standing:
    """Approve the draft that was read: it is the next version of the product, and on sale if it is time."""
    return Standing.of(service.approve(product_id, revision=body.revision, by=app.caller.user_id))
