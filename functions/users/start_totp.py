"""Set up an authenticator app."""

from mall.http import Endpoint
from mall.users import model
from mall.users.totp import service
from mall.users.totp.schemas import TotpStart

app = Endpoint("users.start_totp")


@app.route(
    "/api/users/me/totp",
    method="POST",
    status=201,
    refusals=(model.TotpState, model.AccountClosed, model.ChangedMeanwhile),
)
def start_totp() -> TotpStart:
    """Get a secret for an authenticator app; it counts once confirmed."""
    return service.start_totp(app.caller)
