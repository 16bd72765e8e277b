"""Read a merchant's stock of a SKU."""

from mall.auth import permission
from mall.http import Endpoint
from mall.inventory.keeping import service
from mall.inventory.keeping.schemas import StockView
from mall.inventory.model import NoSuchStock

app = Endpoint("inventory.get_own_stock")


@app.route("/api/merchant/stock/{sku_id}", access=permission("inventory.get_own_stock"), refusals=(NoSuchStock,))
def get_own_stock(sku_id: str) -> StockView:
    """Read how many of one's own SKU there are in which warehouse."""
    return StockView.of(service.own(app.caller.merchant_id, sku_id))
