"""Show a merchant its products."""

from mall.auth import permission
from mall.catalog.products import service
from mall.catalog.products.schemas import SummaryList
from mall.http import Endpoint, Page

app = Endpoint("catalog.list_own_products")


@app.route(
    "/api/merchant/products",
    access=permission("catalog.list_own_products"),
    query=Page,
)
def list_own_products(query: Page) -> SummaryList:
    """List one's own products, the one that was changed last first."""
    return service.own_list(app.caller.merchant_id, query)
