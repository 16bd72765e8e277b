"""Show a merchant's shop front."""

from mall.auth import PUBLIC
from mall.fields import LocaleQuery
from mall.http import Endpoint
from mall.merchants import service
from mall.merchants.model import NoSuchMerchant
from mall.merchants.schemas import MerchantView

app = Endpoint("merchants.get_merchant")


@app.route("/api/merchants/{merchant_id}", access=PUBLIC, query=LocaleQuery, max_age=30, refusals=(NoSuchMerchant,))
def get_merchant(merchant_id: str, query: LocaleQuery) -> MerchantView:
    """Show a merchant that sells here."""
    return MerchantView.of(service.shop_front(merchant_id), query.locale)
