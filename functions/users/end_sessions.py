"""Sign out everywhere."""

from mall.http import Endpoint
from mall.users.sessions import service

app = Endpoint("users.end_sessions")


@app.route("/api/users/me/sessions", method="DELETE", status=204)
def end_sessions() -> None:
    """Sign out on every device, this one too."""
    service.end_sessions(app.caller)
