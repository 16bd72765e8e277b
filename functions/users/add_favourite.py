"""Mark a product or merchant as a favourite."""

from mall.http import Endpoint
from mall.ids import MalformedId
from mall.users.activity import service
from mall.users.activity.model import NotAFavouriteKind, TooManyFavourites
from mall.users.activity.schemas import FavouriteView
from mall.users.model import AccountClosed

app = Endpoint("users.add_favourite")


@app.route(
    "/api/users/me/favourites/{kind}/{id}",
    method="PUT",
    refusals=(AccountClosed, MalformedId, NotAFavouriteKind, TooManyFavourites),
)
def add_favourite(kind: str, id: str) -> FavouriteView:
    """Mark a product or merchant as a favourite; a repetition changes nothing."""
    return FavouriteView.of(service.add_favourite(app.caller.user_id, kind, id))
