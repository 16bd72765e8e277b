"""Rename a warehouse, or serve orders from it earlier or later."""

from mall.auth import permission
from mall.http import Endpoint
from mall.inventory.keeping import service
from mall.inventory.keeping.model import NoSuchWarehouse, WarehousesChanged
from mall.inventory.keeping.schemas import ChangedWarehouse, WarehouseView

app = Endpoint("inventory.update_warehouse")


@app.route(
    "/api/merchant/warehouses/{warehouse_id}",
    method="PATCH",
    access=permission("inventory.update_warehouse"),
    body=ChangedWarehouse,
    refusals=(NoSuchWarehouse, WarehousesChanged),
)
def update_warehouse(warehouse_id: str, body: ChangedWarehouse) -> WarehouseView:
    """Change a warehouse's name or its priority."""
    return WarehouseView.of(service.update_warehouse(app.caller.merchant_id, warehouse_id, body))
