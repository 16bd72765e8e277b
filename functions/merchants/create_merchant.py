"""Take a merchant in."""

from mall.auth import permission
from mall.http import Endpoint
from mall.merchants import service
from mall.merchants.model import MerchantExists, SlugTaken
from mall.merchants.schemas import MerchantRecord, NewMerchant

app = Endpoint("merchants.create_merchant")


@app.route(
    "/api/admin/merchants",
    method="POST",
    access=permission("merchants.create_merchant"),
    body=NewMerchant,
    status=201,
    idempotent=True,
    refusals=(MerchantExists, SlugTaken),
)
def create_merchant(body: NewMerchant) -> MerchantRecord:
    """Take a merchant in; it may sell at once."""
    return MerchantRecord.of(service.create(body))
