"""Start a session."""

from mall.auth import PUBLIC
from mall.http import Endpoint
from mall.users import model
from mall.users.credentials import NotAnIdentifier
from mall.users.sessions import cookies
from mall.users.sessions.schemas import Tokens
from mall.users.sign_ins import service
from mall.users.sign_ins.schemas import SignIn

app = Endpoint("users.sign_in")


@app.route(
    "/api/sessions",
    method="POST",
    access=PUBLIC,
    body=SignIn,
    status=201,
    refusals=(
        NotAnIdentifier,
        model.WrongCredentials,
        model.TotpRequired,
        model.TooManyAttempts,
        model.ChangedMeanwhile,
    ),
)
def sign_in(body: SignIn) -> Tokens:
    """Sign in with a password or a one-time code, and an authenticator app where the account asks for it."""
    tokens = service.sign_in(
        body.identifier,
        password=body.password and body.password.get_secret_value(),
        code=body.code and body.code.get_secret_value(),
        totp=body.totp and body.totp.get_secret_value(),
        device=model.Device(body.device or app.user_agent, app.source_ip),
    )
    return cookies.keep(app, tokens) if body.cookie else tokens
