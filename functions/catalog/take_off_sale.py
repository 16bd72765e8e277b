"""Take a product off sale."""

from mall.auth import permission
from mall.catalog.products import service
from mall.catalog.products.model import NoSuchProduct, NotApproved, ProductChanged
from mall.catalog.products.schemas import Standing
from mall.http import Endpoint

app = Endpoint("catalog.take_off_sale")


@app.route(
    "/api/merchant/products/{product_id}/sale",
    method="DELETE",
    access=permission("catalog.take_off_sale"),
    refusals=(NoSuchProduct, NotApproved, ProductChanged),
)
def take_off_sale(product_id: str) -> Standing:
    """Take one's own product off sale; a repetition changes nothing."""
    return Standing.of(service.take_off_sale(app.caller.merchant_id, product_id))
