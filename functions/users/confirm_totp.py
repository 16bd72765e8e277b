"""Put an authenticator app in force."""

from mall.http import Endpoint
from mall.users import model
from mall.users.totp import service
from mall.users.totp.schemas import RecoveryCodes, TotpProof

app = Endpoint("users.confirm_totp")


@app.route(
    "/api/users/me/totp",
    method="PUT",
    body=TotpProof,
    refusals=(model.TotpState, model.WrongCode, model.AccountClosed, model.ChangedMeanwhile),
)
def confirm_totp(body: TotpProof) -> RecoveryCodes:
    """Confirm the authenticator app with a code of it, and get the recovery codes."""
    return RecoveryCodes(recovery_codes=service.confirm_totp(app.caller, body.code.get_secret_value()))
