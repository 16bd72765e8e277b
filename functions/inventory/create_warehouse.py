"""Open a warehouse."""

from mall.auth import permission
from mall.http import Endpoint
from mall.inventory.keeping import service
from mall.inventory.keeping.model import TooManyWarehouses, WarehousesChanged
from mall.inventory.keeping.schemas import NewWarehouse, WarehouseView

app = Endpoint("inventory.create_warehouse")


@app.route(
    "/api/merchant/warehouses",
    method="POST",
    access=permission("inventory.create_warehouse"),
    body=NewWarehouse,
    status=201,
    idempotent=True,
    refusals=(TooManyWarehouses, WarehousesChanged),
)
def create_warehouse(body: NewWarehouse) -> WarehouseView:
    """Open a warehouse; stock comes into it by adjustments and stock takes."""
    return WarehouseView.of(service.create_warehouse(app.caller.merchant_id, body))
