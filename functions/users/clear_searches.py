"""Clear one's searches."""

from mall.http import Endpoint
from mall.users.activity import service

app = Endpoint("users.clear_searches")


@app.route("/api/users/me/searches", method="DELETE", status=204)
def clear_searches() -> None:
    """Forget everything that one searched for until now."""
    service.clear_searches(app.caller.user_id)
