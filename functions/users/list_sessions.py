"""Show where one is signed in."""

from mall.http import Endpoint
from mall.users.sessions import service
from mall.users.sessions.schemas import Sessions

app = Endpoint("users.list_sessions")


@app.route("/api/users/me/sessions")
def list_sessions() -> Sessions:
    """List the devices on which one is signed in."""
    return Sessions(items=service.sessions(app.caller))
