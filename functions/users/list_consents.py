"""Show what one agreed to."""

from mall.http import Endpoint, Page
from mall.users.consents import service
from mall.users.consents.schemas import ConsentList

app = Endpoint("users.list_consents")


@app.route("/api/users/me/consents", query=Page)
def list_consents(query: Page) -> ConsentList:
    """Read how one's consents stand, and what one gave and withdrew, newest first."""
    return service.overview(app.caller.user_id, query)
