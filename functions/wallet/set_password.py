"""Set one's payment password."""

from mall.http import Endpoint
from mall.users import model
from mall.wallet.model import WeakPaymentPassword
from mall.wallet.passwords import service
from mall.wallet.schemas import PaymentPasswordChange

app = Endpoint("wallet.set_password")


@app.route(
    "/api/wallet/password",
    method="PUT",
    body=PaymentPasswordChange,
    status=204,
    refusals=(
        WeakPaymentPassword,
        model.WrongCredentials,
        model.WrongCode,
        model.TooManyAttempts,
        model.AccountClosed,
    ),
)
def set_password(body: PaymentPasswordChange) -> None:
    """Set or change the password that paying from one's wallet takes; a locked one is open again."""
    service.set_password(
        app.caller,
        body.password.get_secret_value(),
        login_password=body.login_password and body.login_password.get_secret_value(),
        code=body.code and body.code.get_secret_value(),
    )
