"""Take a product or merchant out of one's favourites."""

from mall.http import Endpoint
from mall.ids import MalformedId
from mall.users.activity import service
from mall.users.activity.model import NotAFavouriteKind

app = Endpoint("users.remove_favourite")


@app.route(
    "/api/users/me/favourites/{kind}/{id}", method="DELETE", status=204, refusals=(MalformedId, NotAFavouriteKind)
)
def remove_favourite(kind: str, id: str) -> None:
    """Take a product or merchant out of one's favourites; a repetition changes nothing and succeeds."""
    service.remove_favourite(app.caller.user_id, kind, id)
