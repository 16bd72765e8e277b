"""List the brands."""

from mall.auth import PUBLIC
from mall.catalog.brands import service
from mall.catalog.brands.schemas import BrandList, BrandQuery
from mall.http import Endpoint

app = Endpoint("catalog.list_brands")


@app.route("/api/brands", access=PUBLIC, query=BrandQuery, max_age=60)
def list_brands(query: BrandQuery) -> BrandList:
    """List the brands by name. A page may hold fewer than its limit and yet have a next one."""
    return service.page(query)
