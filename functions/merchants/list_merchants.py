"""Show who sells here."""

from mall.auth import permission
from mall.http import Endpoint, Page
from mall.merchants import service
from mall.merchants.schemas import MerchantList

app = Endpoint("merchants.list_merchants")


@app.route("/api/admin/merchants", access=permission("merchants.list_merchants"), query=Page)
def list_merchants(query: Page) -> MerchantList:
    """List all merchants, in the order in which they came."""
    return service.page(query)
