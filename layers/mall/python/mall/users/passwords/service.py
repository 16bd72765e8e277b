"""Changing and resetting passwords, and proving once more who one is."""

from dataclasses import replace
from datetime import datetime

from mall import clock
from mall.auth import Caller
from mall.observability import logger
from mall.users import credentials, model
from mall.users import service as users
from mall.users import store as accounts
from mall.users.attempts import store as attempts
from mall.users.attempts.service import limit_sign_ins
from mall.users.codes import service as codes
from mall.users.model import Account, Identifier, Purpose, State
from mall.users.sessions import store as sessions


def change_password(caller: Caller, *, current: str | None, code: str | None, new: str) -> None:
    """Replace the password and sign out everywhere else. Raises WrongCredentials, WrongCode, WeakPassword."""
    account = users.profile(caller)
    credentials.check_strength(new, account.email, account.phone)
    if current is not None and model.same(new, current):
        raise credentials.WeakPassword("The new password is the present one.")
    prove(account, password=current, code=code, purpose=Purpose.RESET_PASSWORD)
    _set_password(account, new)
    sessions.close_sessions(caller.user_id, but=caller.session_id)


def reset_password(text: str, *, code: str, new: str, address: str) -> None:
    """Set the password of whoever can read the code, and sign out everywhere. Raises WrongCode, WeakPassword."""
    identifier, now = credentials.parse_identifier(text), clock.now()
    limit_sign_ins(address)
    credentials.check_strength(new, identifier.value)
    # Before the account is looked for, so that without the code everybody costs the same.
    if not codes.take_code(Purpose.RESET_PASSWORD, identifier, code, at=now):
        raise model.WrongCode
    account = accounts.find(identifier)
    if account is None or account.state is not State.ACTIVE:
        raise model.WrongCode
    _set_password(account, new)
    sessions.close_sessions(account.id)
    attempts.clear_failures(identifier)


def _set_password(account: Account, new: str) -> None:
    changed = replace(account, password_hash=credentials.hash_password(new), must_change_password=False)
    accounts.save(changed, before=account)
    logger.info("password changed", user_id=account.id)


def prove(account: Account, *, password: str | None, code: str | None, purpose: Purpose) -> None:
    """Make a signed-in person prove who they are once more, by password or by a code for `purpose`.

    Raises WrongCredentials, WrongCode, TooManyAttempts.
    """
    now = clock.now()
    if password is not None:
        _prove_password(account, password, now)
    elif not any(codes.take_code(purpose, identifier, code or "", at=now) for identifier in account.identifiers):
        raise model.WrongCode


def _prove_password(account: Account, password: str, now: datetime) -> None:
    """Check a signed-in person's password, as limited as signing in is: a stolen token must not serve to guess it."""
    guess = Identifier("password", account.id)
    attempts.count_attempt(guess, at=now)
    if not credentials.verify_password(account.password_hash, password):
        raise model.WrongCredentials
    attempts.clear_failures(guess)
