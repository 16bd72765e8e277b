"""Write a new product."""

from mall.auth import permission
from mall.catalog.products import service
from mall.catalog.products.model import ExternalIdTaken
from mall.catalog.products.preparing import BadProduct
from mall.catalog.products.schemas import ProductBody, Written
from mall.http import Endpoint
from mall.merchants.model import MerchantNotActive

app = Endpoint("catalog.create_product")


@app.route(
    "/api/merchant/products",
    method="POST",
    access=permission("catalog.create_product"),
    body=ProductBody,
    status=201,
    idempotent=True,
    refusals=(BadProduct, ExternalIdTaken, MerchantNotActive),
)
def create_product(body: ProductBody) -> Written:
    """Write down a new product; it is a draft until it is submitted and approved."""
    record, what = service.write(
        app.caller.merchant_id, body.content(), by=app.caller.user_id or app.caller.key_id, submit=body.submit, new=True
    )
    return Written.of_writing(record, what)
