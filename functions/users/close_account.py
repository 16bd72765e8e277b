"""End one's account."""

from mall.http import Endpoint
from mall.users import model
from mall.users.privacy import service
from mall.users.privacy.model import StaffAccount
from mall.users.privacy.schemas import Closing
from mall.wallet import service as wallet
from mall.wallet.model import WalletNotEmpty

app = Endpoint("users.close_account")


@app.route(
    "/api/users/me/closing",
    method="POST",
    body=Closing,
    status=202,
    refusals=(
        model.WrongCredentials,
        model.WrongCode,
        model.TooManyAttempts,
        StaffAccount,
        model.ChangedMeanwhile,
        WalletNotEmpty,
    ),
)
def close_account(body: Closing) -> None:
    """Close one's account for good; what names its owner is gone at once, the rest soon after."""
    # Here and not in `users`, which knows nothing of wallets.
    wallet.check_empty(app.caller.user_id)
    service.close_account(
        app.caller,
        password=body.password and body.password.get_secret_value(),
        code=body.code and body.code.get_secret_value(),
    )
