"""List what happened to a merchant's stock of a SKU."""

from mall.auth import permission
from mall.http import Endpoint
from mall.inventory.keeping import service
from mall.inventory.keeping.schemas import MovementList, MovementQuery
from mall.inventory.model import NoSuchStock

app = Endpoint("inventory.list_movements")


@app.route(
    "/api/merchant/stock/{sku_id}/movements",
    access=permission("inventory.list_movements"),
    query=MovementQuery,
    refusals=(NoSuchStock,),
)
def list_movements(sku_id: str, query: MovementQuery) -> MovementList:
    """List the movements of one's own SKU, the latest first."""
    return service.list_movements(app.caller.merchant_id, sku_id, query)
