"""Set a lost password anew."""

from mall.auth import PUBLIC
from mall.http import Endpoint
from mall.users import model
from mall.users.credentials import NotAnIdentifier, WeakPassword
from mall.users.passwords import service
from mall.users.passwords.schemas import PasswordReset

app = Endpoint("users.reset_password")


@app.route(
    "/api/passwords",
    method="PUT",
    access=PUBLIC,
    body=PasswordReset,
    status=204,
    refusals=(NotAnIdentifier, WeakPassword, model.WrongCode),
)
def reset_password(body: PasswordReset) -> None:
    """Set a new password, proven by a code; every device is signed out."""
    service.reset_password(
        body.identifier,
        code=body.code.get_secret_value(),
        new=body.new_password.get_secret_value(),
        address=app.source_ip,
    )
