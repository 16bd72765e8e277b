"""Write a product anew."""

from mall.auth import permission
from mall.catalog.products import service
from mall.catalog.products.model import DraftChanged, ExternalIdTaken, NoSuchProduct, ProductChanged
from mall.catalog.products.preparing import BadProduct
from mall.catalog.products.schemas import ChangedProduct, Written
from mall.http import Endpoint
from mall.merchants.model import MerchantNotActive

app = Endpoint("catalog.update_product")


@app.route(
    "/api/merchant/products/{product_id}",
    method="PUT",
    access=permission("catalog.update_product"),
    body=ChangedProduct,
    refusals=(BadProduct, DraftChanged, ExternalIdTaken, MerchantNotActive, NoSuchProduct, ProductChanged),
)
def update_product(product_id: str, body: ChangedProduct) -> Written:
    """Write down what a product is to be; what is on sale stays until that is approved, but prices change at once."""
    record, what = service.write(
        app.caller.merchant_id,
        body.content(),
        by=app.caller.user_id or app.caller.key_id,
        submit=body.submit,
        product_id=product_id,
        revision=body.revision,
    )
    return Written.of_writing(record, what)
