"""End the present session."""

from mall.http import Endpoint
from mall.users.sessions import cookies, service

app = Endpoint("users.sign_out")


@app.route("/api/sessions/current", method="DELETE", status=204)
def sign_out() -> None:
    """Sign out on this device."""
    service.sign_out(app.caller)
    cookies.forget(app)
