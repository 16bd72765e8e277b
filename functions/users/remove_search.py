"""Take a search out of one's searches."""

from mall.http import Endpoint
from mall.ids import MalformedId
from mall.users.activity import service

app = Endpoint("users.remove_search")


@app.route("/api/users/me/searches/{search_id}", method="DELETE", status=204, refusals=(MalformedId,))
def remove_search(search_id: str) -> None:
    """Take a search out of one's searches; a repetition changes nothing and succeeds."""
    service.remove_search(app.caller.user_id, search_id)
