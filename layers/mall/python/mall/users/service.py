"""One's own account, as every use case of a signed-in person begins with it.

The use cases themselves stand with their nouns: `sign_ins`, `sessions`, `passwords`, `totp`, `profiles`, `staff`, …
"""

from mall.auth import Caller
from mall.users import model, store
from mall.users.model import Account, State


def profile(caller: Caller) -> Account:
    """The caller's account. Raises AccountClosed when it was closed or disabled since the caller's token was made."""
    account = store.load(caller.user_id)
    if account.state is not State.ACTIVE:
        raise model.AccountClosed
    return account


def expect(account: Account, version: int | None) -> None:
    """Raise ChangedMeanwhile when the account is no longer of the version that was read."""
    if version is not None and version != account.version:
        raise model.ChangedMeanwhile(version=account.version)
