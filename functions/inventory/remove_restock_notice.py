"""Ask no longer to be told when a SKU can be had again."""

from mall.http import Endpoint
from mall.inventory.notices import service

app = Endpoint("inventory.remove_restock_notice")


@app.route("/api/products/{product_id}/restock-notices/{sku_id}", method="DELETE", status=204)
def remove_restock_notice(product_id: str, sku_id: str) -> None:
    """Ask no longer to be told of a SKU; a repetition changes nothing and succeeds."""
    service.remove(app.caller.user_id, sku_id)
