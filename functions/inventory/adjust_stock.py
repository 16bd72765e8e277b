"""Adjust a merchant's stock of a SKU."""

from mall.auth import permission
from mall.http import Endpoint
from mall.inventory.keeping import service
from mall.inventory.keeping.model import NoSuchWarehouse
from mall.inventory.keeping.schemas import Adjustment, StockView
from mall.inventory.model import NoSuchStock, NotEnoughStock, StockBusy, StockChangedMeanwhile

app = Endpoint("inventory.adjust_stock")


@app.route(
    "/api/merchant/stock/{sku_id}/adjustments",
    method="POST",
    access=permission("inventory.adjust_stock"),
    body=Adjustment,
    idempotent=True,
    refusals=(NoSuchStock, NoSuchWarehouse, NotEnoughStock, StockBusy, StockChangedMeanwhile),
)
def adjust_stock(sku_id: str, body: Adjustment) -> StockView:
    """Say that there are so many more or fewer of one's own SKU in a warehouse, and why."""
    return StockView.of(service.adjust(app.caller, sku_id, body))
