"""Sign out one device."""

from mall.http import Endpoint
from mall.users import model
from mall.users.sessions import service

app = Endpoint("users.end_session")


@app.route("/api/users/me/sessions/{session_id}", method="DELETE", status=204, refusals=(model.NoSuchSession,))
def end_session(session_id: str) -> None:
    """Sign out one of one's own devices."""
    service.end_session(app.caller, session_id)
