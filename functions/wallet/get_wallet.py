"""Show one's wallet."""

from mall.http import Endpoint
from mall.wallet import service
from mall.wallet.schemas import WalletView

app = Endpoint("wallet.get_wallet")


@app.route("/api/wallet")
def get_wallet() -> WalletView:
    """Read what is in one's wallet, what it holds for trades, and its limits."""
    return WalletView.of(service.balance(app.caller.user_id))
