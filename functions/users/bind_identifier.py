"""Add or replace one's e-mail address or phone number."""

from mall.http import Endpoint
from mall.users import model
from mall.users.credentials import NotAnIdentifier
from mall.users.identifiers import service
from mall.users.identifiers.schemas import Binding
from mall.users.profiles.schemas import ProfileView

app = Endpoint("users.bind_identifier")


@app.route(
    "/api/users/me/identifiers",
    method="PUT",
    body=Binding,
    refusals=(
        NotAnIdentifier,
        model.WrongCode,
        model.WrongCredentials,
        model.TooManyAttempts,
        model.IdentifierTaken,
        model.AccountClosed,
        model.ChangedMeanwhile,
    ),
)
def bind_identifier(body: Binding) -> ProfileView:
    """Add or replace the e-mail address or phone number, proven by a code sent to it."""
    account = service.bind_identifier(
        app.caller,
        body.identifier,
        code=body.code.get_secret_value(),
        password=body.password and body.password.get_secret_value(),
        present_code=body.present_code and body.present_code.get_secret_value(),
    )
    return ProfileView.of(account)
