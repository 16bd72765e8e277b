"""Show what a product costs now."""

from mall.auth import PUBLIC
from mall.catalog.detail import service
from mall.catalog.offers.schemas import OfferView
from mall.catalog.products.model import NoSuchProduct
from mall.http import Endpoint

app = Endpoint("catalog.get_offer")


@app.route(
    "/api/products/{product_id}/offer",
    access=PUBLIC,
    max_age=3,
    refusals=(NoSuchProduct,),
)
def get_offer(product_id: str) -> OfferView:
    """Show what a product's SKUs cost now, whether they can be had, and when they would arrive."""
    return service.show_offer(product_id)
