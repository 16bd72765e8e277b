"""Setting up an authenticator app, checking its codes, taking it away."""

from dataclasses import replace
from datetime import datetime

from mall import clock, config, limits
from mall.auth import Caller
from mall.users import credentials, model
from mall.users import service as users
from mall.users import store as accounts
from mall.users.model import Account, Totp
from mall.users.totp import store
from mall.users.totp.schemas import TotpStart

_HOUR = 60 * 60


def start_totp(caller: Caller) -> TotpStart:
    """Make a secret for an authenticator app; nothing is asked of the app until it is confirmed."""
    account = users.profile(caller)
    if account.totp and account.totp.confirmed:
        raise model.TotpState
    secret = credentials.new_totp_secret()
    accounts.save(replace(account, totp=Totp(store.encrypt(account.id, secret))), before=account)
    label = account.email or account.phone
    return TotpStart(secret=secret, uri=credentials.totp_uri(secret, label, f"mall {config.stage()}"))


def confirm_totp(caller: Caller, code: str) -> list[str]:
    """Put the authenticator app in force, proven by a code of it; the recovery codes are shown this once."""
    account, now = users.profile(caller), clock.now()
    if account.totp is None or account.totp.confirmed:
        raise model.TotpState
    limits.hit("totp", account.id, most=10, seconds=_HOUR)
    step = credentials.totp_step(store.decrypt(account.id, account.totp.secret), code, int(now.timestamp()))
    if step is None:
        raise model.WrongCode
    recovery = credentials.new_recovery_codes()
    digests = frozenset(credentials.code_digest(account.id, code) for code in recovery)
    totp = Totp(account.totp.secret, confirmed=True, last_step=step, recovery=digests)
    accounts.save(replace(account, totp=totp), before=account)
    return recovery


def remove_totp(caller: Caller, code: str) -> None:
    """Ask the authenticator app no longer, proven by a code of it or a recovery code."""
    account = users.profile(caller)
    if account.totp is None or not account.totp.confirmed:
        raise model.TotpState
    limits.hit("totp", account.id, most=10, seconds=_HOUR)
    if check_totp(account, account.totp, code, at=clock.now()) is None:
        raise model.WrongCode
    accounts.save(replace(account, totp=None), before=account)


def check_totp(account: Account, totp: Totp, code: str, *, at: datetime) -> Account | None:
    """The account after `code` was used up, or None when it is wrong or was used before."""
    digest = credentials.code_digest(account.id, code.strip().lower())
    if digest in totp.recovery:
        return replace(account, totp=replace(totp, recovery=totp.recovery - {digest}))
    step = credentials.totp_step(store.decrypt(account.id, totp.secret), code, int(at.timestamp()))
    if step is None or step <= totp.last_step:
        return None
    return replace(account, totp=replace(totp, last_step=step))
