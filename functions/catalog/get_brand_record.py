"""Show a brand's record."""

from mall.auth import permission
from mall.catalog.brands import service
from mall.catalog.brands.model import NoSuchBrand
from mall.catalog.brands.schemas import BrandRecord
from mall.http import Endpoint

app = Endpoint("catalog.get_brand_record")


@app.route(
    "/api/admin/brands/{brand_id}",
    access=permission("catalog.get_brand_record"),
    refusals=(NoSuchBrand,),
)
def get_brand_record(brand_id: str) -> BrandRecord:
    """Show a brand's record, also of one that is hidden."""
    return BrandRecord.of(service.get(brand_id))
