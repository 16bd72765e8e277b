"""Show a brand."""

from mall.auth import PUBLIC
from mall.catalog.brands import service
from mall.catalog.brands.model import NoSuchBrand
from mall.catalog.brands.schemas import BrandView
from mall.fields import LocaleQuery
from mall.http import Endpoint

app = Endpoint("catalog.get_brand")


@app.route("/api/brands/{brand_id}", access=PUBLIC, query=LocaleQuery, max_age=60, refusals=(NoSuchBrand,))
def get_brand(brand_id: str, query: LocaleQuery) -> BrandView:
    """Show a brand."""
    return service.show(brand_id, query)
