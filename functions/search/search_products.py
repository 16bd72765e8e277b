"""Search for products."""

from mall.auth import PUBLIC
from mall.http import Endpoint
from mall.search.finding import service
from mall.search.finding.model import NotACursor
from mall.search.finding.schemas import SearchQuery, SearchResult

app = Endpoint("search.search_products")


@app.route("/api/search", access=PUBLIC, query=SearchQuery, refusals=(NotACursor,))
def search_products(query: SearchQuery) -> SearchResult:
    """Search products by words, category, brand, merchant, price and attributes; `attr.<code>=a,b` chooses values.

    The first page says how many hits there are, which values of which facets they have, and what they cost.
    """
    return service.search(query, source=app.source_ip)
