"""Show a merchant its product."""

from mall.auth import permission
from mall.catalog.products import service
from mall.catalog.products.model import NoSuchProduct
from mall.catalog.products.schemas import OwnProduct
from mall.http import Endpoint

app = Endpoint("catalog.get_own_product")


@app.route(
    "/api/merchant/products/{product_id}",
    access=permission("catalog.get_own_product"),
    refusals=(NoSuchProduct,),
)
def get_own_product(product_id: str) -> OwnProduct:
    """Read one's own product: its draft, what is live, and what it costs."""
    return service.own(app.caller.merchant_id, product_id)
