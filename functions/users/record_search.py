"""Remember what one searched for."""

from mall.http import Endpoint
from mall.users.activity import service
from mall.users.activity.schemas import NewSearch, Recorded

app = Endpoint("users.record_search")


@app.route("/api/users/me/searches", method="POST", body=NewSearch)
def record_search(body: NewSearch) -> Recorded:
    """Put a search in front of one's searches, unless one withdrew the consent to keep them."""
    return Recorded(recorded=service.record_search(app.caller.user_id, body.q))
