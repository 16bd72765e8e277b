"""Have a draft reviewed."""

from mall.auth import permission
from mall.catalog.products import service
from mall.catalog.products.model import NoDraft, NoSuchProduct, ProductChanged
from mall.catalog.products.preparing import BadProduct
from mall.catalog.products.schemas import Standing
from mall.http import Endpoint
from mall.merchants.model import MerchantNotActive

app = Endpoint("catalog.submit_product")


@app.route(
    "/api/merchant/products/{product_id}/submission",
    method="PUT",
    access=permission("catalog.submit_product"),
    refusals=(BadProduct, MerchantNotActive, NoDraft, NoSuchProduct, ProductChanged),
)
def submit_product(product_id: str) -> Standing:
    """Have the draft of a product reviewed; a repetition changes nothing."""
    return Standing.of(service.submit(app.caller.merchant_id, product_id))
