"""List a merchant's stock."""

from mall.auth import permission
from mall.http import Endpoint
from mall.inventory.keeping import service
from mall.inventory.keeping.schemas import StockList, StockQuery

app = Endpoint("inventory.list_stock")


@app.route("/api/merchant/stock", access=permission("inventory.list_stock"), query=StockQuery)
def list_stock(query: StockQuery) -> StockList:
    """List the merchant's stock by SKU; with `level=low` that which is low or out, as of a few seconds ago."""
    return service.list_stock(app.caller.merchant_id, query)
