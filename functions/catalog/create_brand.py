"""Add a brand."""

from mall.auth import permission
from mall.catalog.brands import service
from mall.catalog.brands.model import BrandSlugTaken
from mall.catalog.brands.schemas import BrandRecord, NewBrand
from mall.catalog.texts import NotAText
from mall.http import Endpoint

app = Endpoint("catalog.create_brand")


@app.route(
    "/api/admin/brands",
    method="POST",
    access=permission("catalog.create_brand"),
    body=NewBrand,
    status=201,
    idempotent=True,
    refusals=(BrandSlugTaken, NotAText),
)
def create_brand(body: NewBrand) -> BrandRecord:
    """Add a brand."""
    return BrandRecord.of(service.create(body))
