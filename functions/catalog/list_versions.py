"""Show a merchant what was approved of a product."""

from mall.auth import permission
from mall.catalog.products import service
from mall.catalog.products.model import NoSuchProduct
from mall.catalog.products.schemas import VersionList, VersionQuery
from mall.http import Endpoint

app = Endpoint("catalog.list_versions")


@app.route(
    "/api/merchant/products/{product_id}/versions",
    access=permission("catalog.list_versions"),
    query=VersionQuery,
    refusals=(NoSuchProduct,),
)
def list_versions(product_id: str, query: VersionQuery) -> VersionList:
    """List the versions of one's own product that were approved, newest first."""
    return service.versions(app.caller.merchant_id, product_id, query)
