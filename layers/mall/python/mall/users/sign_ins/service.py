"""Registering and signing in: the proofs of who somebody is, and what they open."""

from dataclasses import replace

from mall import clock, events, ids
from mall.observability import logger
from mall.users import credentials, model, store
from mall.users.attempts import store as attempts
from mall.users.attempts.service import limit_sign_ins
from mall.users.codes import service as codes
from mall.users.model import Account, Device, Purpose, State
from mall.users.sessions import service as sessions
from mall.users.sessions.schemas import Tokens
from mall.users.totp import service as totps


def register(text: str, *, code: str, password: str | None, locale: str, terms: str, device: Device) -> Tokens:
    """Open a customer's account for an identifier proven by `code`, and sign in.

    `terms` is the version of terms and privacy policy that was agreed to. Raises WrongCode, WeakPassword,
    IdentifierTaken.
    """
    identifier, now = credentials.parse_identifier(text), clock.now()
    if password:
        credentials.check_strength(password, identifier.value)
    limit_sign_ins(device.address)
    if not codes.take_code(Purpose.REGISTER, identifier, code, at=now):
        raise model.WrongCode
    account = Account.register(identifier, id=ids.new("usr", slot=ids.random_slot()), at=now, locale=locale)
    if password:
        account = replace(account, password_hash=credentials.hash_password(password))
    store.create(
        account,
        events.Event.of("users.UserRegistered", aggregate=account.id, data={"terms": terms, "locale": locale}),
    )
    logger.info("user registered", user_id=account.id, kind=identifier.kind)
    return sessions.start(account, device, now)


def sign_in(text: str, *, password: str | None, code: str | None, totp: str | None, device: Device) -> Tokens:
    """Start a session for the account that `text` leads to.

    Raises WrongCredentials for whatever is not right (the same, after the same work, where there is no account),
    TotpRequired, TooManyAttempts.
    """
    identifier, now = credentials.parse_identifier(text), clock.now()
    limit_sign_ins(device.address)
    attempts.count_attempt(identifier, at=now)
    account = store.find(identifier)
    if password is not None:
        proven = credentials.verify_password(account.password_hash if account else "", password)
    else:
        proven = codes.check_code(Purpose.SIGN_IN, identifier, code or "", at=now)
    if not proven or account is None or account.state is not State.ACTIVE:
        raise model.WrongCredentials
    checked = account
    if account.totp and account.totp.confirmed:
        if totp is None:
            # The code is not used up yet: it is sent again, together with the app's.
            attempts.forgive_attempt(identifier)
            raise model.TotpRequired
        after = totps.check_totp(account, account.totp, totp, at=now)
        if after is None:
            raise model.WrongCredentials
        checked = after
    if code is not None and not codes.use_code(Purpose.SIGN_IN, identifier, code):
        raise model.WrongCredentials
    if checked != account:
        account = store.save(checked, before=account)
    if password is not None and credentials.outdated(account.password_hash):
        account = store.save(replace(account, password_hash=credentials.hash_password(password)), before=account)
    attempts.clear_failures(identifier)
    return sessions.start(account, device, now)
