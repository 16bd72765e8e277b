"""Ask to be told when a SKU can be had again."""

from mall.http import Endpoint
from mall.inventory.model import NoSuchStock
from mall.inventory.notices import service
from mall.inventory.notices.model import StillThere, TooManyNotices
from mall.inventory.notices.schemas import NoticeView

app = Endpoint("inventory.add_restock_notice")


@app.route(
    "/api/products/{product_id}/restock-notices/{sku_id}",
    method="POST",
    refusals=(NoSuchStock, StillThere, TooManyNotices),
)
def add_restock_notice(product_id: str, sku_id: str) -> NoticeView:
    """Ask to be told, once, when a SKU that has run out can be had again; a repetition changes nothing."""
    return NoticeView.of(service.add(app.caller.user_id, product_id, sku_id))
