"""Let operators announce a campaign, so that its pictures are at the edge before it begins."""

from mall.auth import permission
from mall.http import Endpoint
from mall.images.heat import service
from mall.images.heat.schemas import Campaign, Promoted
from mall.images.heat.service import NoTime
from mall.images.model import NoSuchPicture

app = Endpoint("images.plan_campaign")


@app.route(
    "/api/admin/picture-campaigns",
    method="POST",
    access=permission("images.plan_campaign"),
    body=Campaign,
    status=201,
    refusals=(NoSuchPicture, NoTime),
)
def plan_campaign(body: Campaign) -> Promoted:
    """Have up to 100 pictures brought to the edge before a campaign begins, and kept ready until it ends."""
    return service.plan(body)
