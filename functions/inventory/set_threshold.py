"""Say from how many on a SKU is low."""

from mall.auth import permission
from mall.http import Endpoint
from mall.inventory.keeping import service
from mall.inventory.keeping.schemas import StockView, Threshold
from mall.inventory.model import NoSuchStock

app = Endpoint("inventory.set_threshold")


@app.route(
    "/api/merchant/stock/{sku_id}/threshold",
    method="PUT",
    access=permission("inventory.set_threshold"),
    body=Threshold,
    refusals=(NoSuchStock,),
)
def set_threshold(sku_id: str, body: Threshold) -> StockView:
    """Say with how many left one's own SKU is low, which raises an alarm."""
    return StockView.of(service.set_threshold(app.caller.merchant_id, sku_id, body.low))
