"""Starting sessions, renewing their tokens, ending them."""

from dataclasses import replace
from datetime import datetime

from mall import clock, errors, ids, tokens
from mall.auth import Caller
from mall.observability import logger
from mall.users import credentials, model
from mall.users import store as accounts
from mall.users.model import Account, Device, Session, State
from mall.users.roles import store as roles
from mall.users.sessions import store
from mall.users.sessions.schemas import SessionView, Tokens


def start(account: Account, device: Device, now: datetime) -> Tokens:
    """Sign a person in whose proofs were right."""
    secret = credentials.new_secret()
    session = Session(
        user_id=account.id,
        id=ids.new("ses", at=now),
        token_digest=model.digest(secret),
        created_at=now,
        refreshed_at=now,
        device=replace(device, address=_shortened(device.address)),
    )
    store.open_session(session)
    logger.info("signed in", user_id=account.id, session_id=session.id)
    return _tokens(account, session.id, secret)


def refresh(refresh_token: str) -> Tokens:
    """New tokens for a refresh token, which is used up.

    A token that was used before shows that somebody has a copy: its whole session ends (RFC 9700, section 4.14.2).
    Within ten seconds of its use it is taken for a second tab and only refused. Raises SessionOver, RefreshedAlready.
    """
    now = clock.now()
    user_id, session_id, secret = _parts(refresh_token)
    try:
        session = store.session_of(user_id, session_id)
    except errors.NotFound:
        raise model.SessionOver from None
    digest = model.digest(secret)
    if not model.same(digest, session.token_digest):
        used = store.used_at(session, digest)
        if used is None:
            raise model.SessionOver
        if now - used <= model.REFRESH_OVERLAP:
            raise model.RefreshedAlready
        store.close_session(user_id, session_id)
        logger.warning("refresh token reused", user_id=user_id, session_id=session_id)
        raise model.SessionOver
    account = accounts.load(user_id)
    if session.over_at <= now or account.state is not State.ACTIVE:
        store.close_session(user_id, session_id)
        raise model.SessionOver
    renewed = credentials.new_secret()
    store.rotate(session, token_digest=model.digest(renewed), at=now)
    return _tokens(account, session.id, renewed)


def sessions(caller: Caller) -> list[SessionView]:
    """The caller's signed-in devices, the latest first."""
    # The store removes what is over only some time later.
    alive = [session for session in store.sessions(caller.user_id) if session.over_at > clock.now()]
    found = sorted(alive, key=lambda session: session.refreshed_at, reverse=True)
    return [SessionView.of(session, current=caller.session_id) for session in found]


def end_session(caller: Caller, session_id: str) -> None:
    """Sign one device out. Raises NoSuchSession, also for the session of somebody else."""
    store.session_of(caller.user_id, session_id)
    store.close_session(caller.user_id, session_id)


def end_sessions(caller: Caller) -> None:
    """Sign out everywhere, here too."""
    store.close_sessions(caller.user_id)


def sign_out(caller: Caller) -> None:
    """End the present session; ending it twice is fine."""
    try:
        store.close_session(caller.user_id, caller.session_id)
    except errors.NotFound:
        logger.info("session was over already")


def forget_sessions(user_id: str) -> None:
    """Delete what is left of the sessions of a closed account."""
    store.forget_sessions(user_id)


def _tokens(account: Account, session_id: str, secret: str) -> Tokens:
    held = roles.roles(account.roles) if account.staff else []
    caller = Caller(
        user_id=account.id,
        session_id=session_id,
        roles=frozenset(role.name for role in held),
        permissions=account.permissions(held),
        merchant_id=account.merchant_id,
    )
    return Tokens(
        user_id=account.id,
        access_token=tokens.issue(caller),
        refresh_token=f"{account.id}.{session_id}.{secret}",
        expires_in=tokens.LIFETIME_SECONDS,
        must_change_password=account.must_change_password,
    )


def _parts(refresh_token: str) -> tuple[str, str, str]:
    parts = refresh_token.split(".")
    if len(parts) != 3 or not all(parts):
        raise model.SessionOver
    return parts[0], parts[1], parts[2]


def _shortened(address: str) -> str:
    """A network address without its last part, which is enough to recognise where one was."""
    for separator in (".", ":"):
        head, found, _ = address.rpartition(separator)
        if found:
            return f"{head}{separator}*"
    return ""
