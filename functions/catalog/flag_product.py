"""Flag a product."""

from mall.auth import permission
from mall.catalog.products.model import BadFlag, NoSuchProduct, NotApproved, ProductChanged
from mall.catalog.products.platform import service
from mall.catalog.products.schemas import Flags, Standing
from mall.http import Endpoint

app = Endpoint("catalog.flag_product")


@app.route(
    "/api/admin/products/{product_id}/flags",
    method="PUT",
    access=permission("catalog.flag_product"),
    body=Flags,
    refusals=(BadFlag, NoSuchProduct, NotApproved, ProductChanged),
)
def flag_product(product_id: str, body: Flags) -> Standing:
    """Give a product exactly these flags (hot, new, pinned), each until its moment."""
    return Standing.of(service.flag(product_id, body.flags))
