"""List one's own favourites."""

from mall.http import Endpoint
from mall.users.activity import service
from mall.users.activity.schemas import FavouriteList, FavouriteQuery

app = Endpoint("users.list_favourites")


@app.route("/api/users/me/favourites", query=FavouriteQuery)
def list_favourites(query: FavouriteQuery) -> FavouriteList:
    """List one's favourite products or merchants, newest first."""
    return service.favourites(app.caller.user_id, query)
