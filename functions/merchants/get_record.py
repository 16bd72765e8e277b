"""Show a merchant's record."""

from mall.auth import permission
from mall.http import Endpoint
from mall.merchants import service
from mall.merchants.model import NoSuchMerchant
from mall.merchants.schemas import MerchantRecord

app = Endpoint("merchants.get_record")


@app.route("/api/admin/merchants/{merchant_id}", access=permission("merchants.get_record"), refusals=(NoSuchMerchant,))
def get_record(merchant_id: str) -> MerchantRecord:
    """Show a merchant's record, whatever state it is in."""
    return MerchantRecord.of(service.get(merchant_id))
