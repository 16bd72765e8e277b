"""List what one searched for lately."""

from mall.http import Endpoint, Page
from mall.users.activity import service
from mall.users.activity.schemas import SearchList

app = Endpoint("users.list_searches")


@app.route("/api/users/me/searches", query=Page)
def list_searches(query: Page) -> SearchList:
    """List what one searched for in the last 90 days, newest first, each search once."""
    return service.searches(app.caller.user_id, query)
