"""Show a merchant its labels."""

from mall.auth import permission
from mall.catalog.labels import service
from mall.catalog.labels.schemas import LabelList
from mall.http import Endpoint

app = Endpoint("catalog.list_labels")


@app.route("/api/merchant/labels", access=permission("catalog.list_labels"))
def list_labels() -> LabelList:
    """List one's own labels (categories of a merchant's own) in their order."""
    return LabelList.of(service.of_merchant(app.caller.merchant_id))
