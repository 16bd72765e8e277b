"""Setting and forgetting payment passwords."""

from mall import clock, events, hashing
from mall.auth import Caller
from mall.observability import logger
from mall.users import service as users
from mall.users.model import Purpose
from mall.users.passwords import service as proofs
from mall.wallet import model, store


def set_password(caller: Caller, new: str, *, login_password: str | None, code: str | None) -> None:
    """Set the caller's payment password, which opens a locked one; the login password or a code proves who asks.

    Raises WeakPaymentPassword, WrongCredentials, WrongCode, TooManyAttempts, AccountClosed.
    """
    account = users.profile(caller)
    model.check_password(new)
    proofs.prove(account, password=login_password, code=code, purpose=Purpose.SET_PAYMENT_PASSWORD)
    store.set_password(account.id, hashing.hash_password(new), at=clock.now())
    logger.info("payment password set", user_id=account.id)


def account_closed(event: events.Event) -> None:
    """Take in `users.AccountClosed`: nobody pays from this wallet any more. What it holds stays in the books."""
    store.forget_password(event.aggregate)
