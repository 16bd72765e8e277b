"""Forget the payment password of somebody who closed their account."""

from mall import events
from mall.wallet.passwords import service


@events.consumer("wallet.on_account_closed")
def app(event: events.Event) -> None:
    """Take in `users.AccountClosed`; what the wallet did stays in the books."""
    service.account_closed(event)
