"""Change a brand."""

from mall.auth import permission
from mall.catalog.brands import service
from mall.catalog.brands.model import BrandChanged, BrandSlugTaken, NoSuchBrand
from mall.catalog.brands.schemas import BrandRecord, ChangedBrand
from mall.catalog.texts import NotAText
from mall.http import Endpoint

app = Endpoint("catalog.update_brand")


@app.route(
    "/api/admin/brands/{brand_id}",
    method="PUT",
    access=permission("catalog.update_brand"),
    body=ChangedBrand,
    refusals=(BrandChanged, BrandSlugTaken, NoSuchBrand, NotAText),
)
def update_brand(brand_id: str, body: ChangedBrand) -> BrandRecord:
    """Change a brand, or hide it, if it is still in the version that was read."""
    return BrandRecord.of(service.change(brand_id, body))
