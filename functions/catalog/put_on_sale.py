"""Put a product on sale."""

from mall.auth import permission
from mall.catalog.products import service
from mall.catalog.products.model import HeldByPlatform, NoSuchProduct, NotApproved, NothingToSell, ProductChanged
from mall.catalog.products.schemas import Standing
from mall.http import Endpoint
from mall.merchants.model import MerchantNotActive

app = Endpoint("catalog.put_on_sale")


@app.route(
    "/api/merchant/products/{product_id}/sale",
    method="PUT",
    access=permission("catalog.put_on_sale"),
    refusals=(HeldByPlatform, MerchantNotActive, NoSuchProduct, NotApproved, NothingToSell, ProductChanged),
)
def put_on_sale(product_id: str) -> Standing:
    """Put an approved product on sale, now or at its time; a repetition changes nothing."""
    return Standing.of(service.put_on_sale(app.caller.merchant_id, product_id))
