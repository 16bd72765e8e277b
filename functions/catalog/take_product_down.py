"""Take a product down for the platform."""

from mall.auth import permission
from mall.catalog.products.model import NoSuchProduct, NotApproved, ProductChanged
from mall.catalog.products.platform import service
from mall.catalog.products.schemas import Standing, TakeDown
from mall.http import Endpoint

app = Endpoint("catalog.take_product_down")


@app.route(
    "/api/admin/products/{product_id}/hold",
    method="PUT",
    access=permission("catalog.take_product_down"),
    body=TakeDown,
    refusals=(NoSuchProduct, NotApproved, ProductChanged),
)
def take_product_down(product_id: str, body: TakeDown) -> Standing:
    """Take a product off sale until the platform lifts the hold or approves a new version."""
    return Standing.of(service.take_down(product_id, body.reason))
