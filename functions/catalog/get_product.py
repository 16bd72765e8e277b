"""Show a product on sale."""

from mall.auth import PUBLIC
from mall.catalog.detail import service
from mall.catalog.detail.schemas import ProductView
from mall.catalog.products.model import NoSuchProduct
from mall.fields import LocaleQuery
from mall.http import Endpoint

app = Endpoint("catalog.get_product")


@app.route(
    "/api/products/{product_id}",
    access=PUBLIC,
    query=LocaleQuery,
    max_age=5,
    refusals=(NoSuchProduct,),
)
def get_product(product_id: str, query: LocaleQuery) -> ProductView:
    """Show a product on sale, with what it costs now."""
    return service.show(product_id, query)
