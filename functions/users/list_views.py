"""List what one looked at lately."""

from mall.http import Endpoint, Page
from mall.users.activity import service
from mall.users.activity.schemas import ViewList

app = Endpoint("users.list_views")


@app.route("/api/users/me/views", query=Page)
def list_views(query: Page) -> ViewList:
    """List the products one looked at in the last 90 days, newest first, each once."""
    return service.views(app.caller.user_id, query)
