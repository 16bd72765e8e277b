"""Say when a product is on sale."""

from mall.auth import permission
from mall.catalog.products import service
from mall.catalog.products.model import HeldByPlatform, NoSuchProduct, NotApproved, NothingToSell, ProductChanged
from mall.catalog.products.schemas import Schedule, Standing
from mall.http import Endpoint
from mall.merchants.model import MerchantNotActive

app = Endpoint("catalog.schedule_product")


@app.route(
    "/api/merchant/products/{product_id}/schedule",
    method="PUT",
    access=permission("catalog.schedule_product"),
    body=Schedule,
    refusals=(HeldByPlatform, MerchantNotActive, NoSuchProduct, NotApproved, NothingToSell, ProductChanged),
)
def schedule_product(product_id: str, body: Schedule) -> Standing:
    """Say between which moments an approved product is on sale, without a review."""
    return Standing.of(service.schedule(app.caller.merchant_id, product_id, body.on_sale_from, body.on_sale_until))
