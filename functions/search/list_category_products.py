"""List the products of a category."""

from mall.auth import PUBLIC
from mall.http import Endpoint
from mall.search.finding import service
from mall.search.finding.model import NotACursor
from mall.search.finding.schemas import CardList, ListingQuery

app = Endpoint("search.list_category_products")


# Seconds that a shared cache may answer for: a price that changed is seen in time.
@app.route(
    "/api/categories/{category_id}/products", access=PUBLIC, query=ListingQuery, max_age=5, refusals=(NotACursor,)
)
def list_category_products(category_id: str, query: ListingQuery) -> CardList:
    """List the products of a category and of all below it, those first that are pinned."""
    return service.listing(category_id, query)
