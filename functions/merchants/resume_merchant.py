"""Let a suspended merchant sell again."""

from mall.auth import permission
from mall.http import Endpoint
from mall.merchants import service
from mall.merchants.model import MerchantChanged, MerchantClosed, NoSuchMerchant
from mall.merchants.schemas import MerchantRecord

app = Endpoint("merchants.resume_merchant")


@app.route(
    "/api/admin/merchants/{merchant_id}/suspension",
    method="DELETE",
    access=permission("merchants.resume_merchant"),
    refusals=(MerchantChanged, MerchantClosed, NoSuchMerchant),
)
def resume_merchant(merchant_id: str) -> MerchantRecord:
    """Lift a merchant's suspension; a repetition changes nothing."""
    return MerchantRecord.of(service.resume(merchant_id))
