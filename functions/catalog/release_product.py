"""Lift the platform's hold."""

from mall.auth import permission
from mall.catalog.products.model import NoSuchProduct, NotApproved, ProductChanged
from mall.catalog.products.platform import service
from mall.catalog.products.schemas import Standing
from mall.http import Endpoint

app = Endpoint("catalog.release_product")


@app.route(
    "/api/admin/products/{product_id}/hold",
    method="DELETE",
    access=permission("catalog.release_product"),
    refusals=(NoSuchProduct, NotApproved, ProductChanged),
)
def release_product(product_id: str) -> Standing:
    """Let a merchant put on sale again what the platform took down."""
    return Standing.of(service.release(product_id))
