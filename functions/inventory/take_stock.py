"""Take over what was counted in a merchant's warehouse."""

from mall.auth import permission
from mall.http import Endpoint
from mall.inventory.keeping import service
from mall.inventory.keeping.model import NoSuchWarehouse
from mall.inventory.keeping.schemas import StockTake, StockTaken

app = Endpoint("inventory.take_stock")


@app.route(
    "/api/merchant/stock-takes",
    method="POST",
    access=permission("inventory.take_stock"),
    body=StockTake,
    refusals=(NoSuchWarehouse,),
)
def take_stock(body: StockTake) -> StockTaken:
    """Say how many of one's own SKUs were counted in a warehouse; each count is taken over or refused by itself."""
    return service.take_stock(app.caller, body)
