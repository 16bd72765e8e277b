"""Change a merchant's labels."""

from mall.auth import permission
from mall.catalog.labels import service
from mall.catalog.labels.model import LabelNameTaken, LabelsChanged, NoSuchLabel, TooManyLabels
from mall.catalog.labels.schemas import ChangedLabels, LabelList
from mall.catalog.texts import NotAText
from mall.http import Endpoint

app = Endpoint("catalog.change_labels")


@app.route(
    "/api/merchant/labels",
    method="PUT",
    access=permission("catalog.change_labels"),
    body=ChangedLabels,
    refusals=(LabelNameTaken, LabelsChanged, NoSuchLabel, NotAText, TooManyLabels),
)
def change_labels(body: ChangedLabels) -> LabelList:
    """Replace all of one's own labels, if they are still in the version that was read."""
    return LabelList.of(service.change(app.caller.merchant_id, body))
