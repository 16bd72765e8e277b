"""Keep a merchant from selling."""

from mall.auth import permission
from mall.http import Endpoint
from mall.merchants import service
from mall.merchants.model import MerchantChanged, MerchantClosed, NoSuchMerchant
from mall.merchants.schemas import MerchantRecord, Suspension

app = Endpoint("merchants.suspend_merchant")


@app.route(
    "/api/admin/merchants/{merchant_id}/suspension",
    method="PUT",
    access=permission("merchants.suspend_merchant"),
    body=Suspension,
    refusals=(MerchantChanged, MerchantClosed, NoSuchMerchant),
)
def suspend_merchant(merchant_id: str, body: Suspension) -> MerchantRecord:
    """Keep a merchant from selling until the suspension is lifted; a repetition changes nothing."""
    return MerchantRecord.of(service.suspend(merchant_id, body.reason))
