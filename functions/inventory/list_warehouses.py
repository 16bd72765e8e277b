"""List a merchant's warehouses."""

from mall.auth import permission
from mall.http import Endpoint
from mall.inventory.keeping import service
from mall.inventory.keeping.schemas import WarehouseList

app = Endpoint("inventory.list_warehouses")


@app.route("/api/merchant/warehouses", access=permission("inventory.list_warehouses"))
def list_warehouses() -> WarehouseList:
    """List the merchant's warehouses, in the order in which orders are served from them."""
    return service.list_warehouses(app.caller.merchant_id)
