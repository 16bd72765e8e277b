"""Take a draft back."""

from mall.auth import permission
from mall.catalog.products import service
from mall.catalog.products.model import NoDraft, NoSuchProduct, ProductChanged
from mall.catalog.products.schemas import Standing
from mall.http import Endpoint

app = Endpoint("catalog.withdraw_product")


@app.route(
    "/api/merchant/products/{product_id}/submission",
    method="DELETE",
    access=permission("catalog.withdraw_product"),
    refusals=(NoDraft, NoSuchProduct, ProductChanged),
)
def withdraw_product(product_id: str) -> Standing:
    """Take a draft back from the review; a repetition changes nothing."""
    return Standing.of(service.withdraw(app.caller.merchant_id, product_id))
