"""End one's account."""

from mall.http import Endpoint
from mall.users import model
from mall.users.privacy import service
from mall.users.privacy.model import StaffAccount
from mall.users.privacy.schemas import Closing

app = Endpoint("users.close_account")


@app.route(
    "/api/users/me/closing",
    method="POST",
    body=Closing,
    status=202,
    refusals=(model.WrongCredentials, model.WrongCode, model.TooManyAttempts, StaffAccount, model.ChangedMeanwhile),
)
def close_account(body: Closing) -> None:
    """Close one's account for good; what names its owner is gone at once, the rest soon after."""
    service.close_account(
        app.caller,
        password=body.password and body.password.get_secret_value(),
        code=body.code and body.code.get_secret_value(),
    )
