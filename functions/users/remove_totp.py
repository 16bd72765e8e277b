"""Take an authenticator app away."""

from mall.http import Endpoint
from mall.users import model
from mall.users.totp import service
from mall.users.totp.schemas import TotpProof

app = Endpoint("users.remove_totp")


@app.route(
    "/api/users/me/totp/removal",
    method="POST",
    body=TotpProof,
    status=204,
    refusals=(model.TotpState, model.WrongCode, model.AccountClosed, model.ChangedMeanwhile),
)
def remove_totp(body: TotpProof) -> None:
    """Stop asking for the authenticator app, proven by a code of it or a recovery code."""
    service.remove_totp(app.caller, body.code.get_secret_value())
