"""End a merchant's time at the mall."""

from mall.auth import permission
from mall.http import Endpoint
from mall.merchants import service
from mall.merchants.model import MerchantChanged, NoSuchMerchant
from mall.merchants.schemas import MerchantRecord, Suspension

app = Endpoint("merchants.close_merchant")


@app.route(
    "/api/admin/merchants/{merchant_id}/closure",
    method="PUT",
    access=permission("merchants.close_merchant"),
    body=Suspension,
    refusals=(MerchantChanged, NoSuchMerchant),
)
def close_merchant(merchant_id: str, body: Suspension) -> MerchantRecord:
    """Close a merchant for good; a repetition changes nothing."""
    return MerchantRecord.of(service.close(merchant_id, body.reason))
