"""Read the stock of a SKU, as an operator."""

from mall.auth import permission
from mall.http import Endpoint
from mall.inventory.keeping import service
from mall.inventory.keeping.schemas import StockView
from mall.inventory.model import NoSuchStock

app = Endpoint("inventory.get_stock")


@app.route("/api/admin/stock/{sku_id}", access=permission("inventory.get_stock"), refusals=(NoSuchStock,))
def get_stock(sku_id: str) -> StockView:
    """Read how many of a SKU there are in which of its merchant's warehouses."""
    return StockView.of(service.anybodys(sku_id))
