"""Open a customer's account."""

from mall.auth import PUBLIC
from mall.http import Endpoint
from mall.users import model
from mall.users.credentials import NotAnIdentifier, WeakPassword
from mall.users.sessions import cookies
from mall.users.sessions.schemas import Tokens
from mall.users.sign_ins import service
from mall.users.sign_ins.schemas import Registration

app = Endpoint("users.register")


@app.route(
    "/api/users",
    method="POST",
    access=PUBLIC,
    body=Registration,
    status=201,
    refusals=(NotAnIdentifier, WeakPassword, model.WrongCode, model.IdentifierTaken),
)
def register(body: Registration) -> Tokens:
    """Open an account for an e-mail address or phone number that a code has proven, and sign in."""
    tokens = service.register(
        body.identifier,
        code=body.code.get_secret_value(),
        password=body.password and body.password.get_secret_value(),
        locale=body.locale,
        terms=body.terms,
        device=model.Device(body.device or app.user_agent, app.source_ip),
    )
    return cookies.keep(app, tokens) if body.cookie else tokens
