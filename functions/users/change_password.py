"""Replace one's password."""

from mall.http import Endpoint
from mall.users import model
from mall.users.credentials import WeakPassword
from mall.users.passwords import service
from mall.users.passwords.schemas import PasswordChange

app = Endpoint("users.change_password")


@app.route(
    "/api/users/me/password",
    method="PUT",
    body=PasswordChange,
    status=204,
    refusals=(
        WeakPassword,
        model.WrongCredentials,
        model.WrongCode,
        model.TooManyAttempts,
        model.AccountClosed,
        model.ChangedMeanwhile,
    ),
)
def change_password(body: PasswordChange) -> None:
    """Set or change the password; every other device is signed out."""
    service.change_password(
        app.caller,
        current=body.current_password and body.current_password.get_secret_value(),
        code=body.code and body.code.get_secret_value(),
        new=body.new_password.get_secret_value(),
    )
