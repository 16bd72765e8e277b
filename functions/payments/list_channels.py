"""The ways to pay."""

from mall.auth import PUBLIC
from mall.http import Endpoint
from mall.payments.offers import service
from mall.payments.schemas import ChannelList, ChannelQuery, ChannelView

app = Endpoint("payments.list_channels")


@app.route("/api/payments/channels", access=PUBLIC, query=ChannelQuery, max_age=60)
def list_channels(query: ChannelQuery) -> ChannelList:
    """List the ways to pay, in the order in which to offer them."""
    return ChannelList(items=[ChannelView.of(offer) for offer in service.offered(query.currency)])
