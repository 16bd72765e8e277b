"""Change a merchant's record."""

from mall.auth import permission
from mall.http import Endpoint
from mall.merchants import service
from mall.merchants.model import MerchantChanged, NoSuchMerchant, SlugTaken
from mall.merchants.schemas import ChangedMerchant, MerchantRecord

app = Endpoint("merchants.update_merchant")


@app.route(
    "/api/admin/merchants/{merchant_id}",
    method="PATCH",
    access=permission("merchants.update_merchant"),
    body=ChangedMerchant,
    refusals=(MerchantChanged, NoSuchMerchant, SlugTaken),
)
def update_merchant(merchant_id: str, body: ChangedMerchant) -> MerchantRecord:
    """Change what is told of a merchant; what is left out stays."""
    return MerchantRecord.of(service.change(merchant_id, body))
