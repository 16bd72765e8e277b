"""Clear one's browsing history."""

from mall.http import Endpoint
from mall.users.activity import service

app = Endpoint("users.clear_views")


@app.route("/api/users/me/views", method="DELETE", status=204)
def clear_views() -> None:
    """Forget every product that one looked at until now."""
    service.clear_views(app.caller.user_id)
