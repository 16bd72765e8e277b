"""Let operators set how many pictures a merchant may hold."""

from mall.auth import permission
from mall.http import Endpoint
from mall.images import service
from mall.images.schemas import AccountView, QuotaChange

app = Endpoint("images.set_quota")


@app.route(
    "/api/admin/picture-quotas/{merchant_id}", method="PUT", access=permission("images.set_quota"), body=QuotaChange
)
def set_quota(merchant_id: str, body: QuotaChange) -> AccountView:
    """Set how many pictures, and how many bytes, a merchant may hold."""
    return service.set_quota(merchant_id, body)
