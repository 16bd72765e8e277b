"""A copy of one's data, and the end of an account."""

from typing import Any

from mall import clock, events, ids, limits
from mall.auth import Caller
from mall.observability import logger
from mall.users import service as users
from mall.users import store as accounts
from mall.users.model import AccountClosed, Purpose, State
from mall.users.passwords import service as passwords
from mall.users.privacy import model, store
from mall.users.privacy.model import Export, ExportState
from mall.users.sessions import store as sessions


def close_account(caller: Caller, *, password: str | None, code: str | None) -> None:
    """Close the caller's account for good; a second time changes nothing.

    Raises WrongCredentials, WrongCode, TooManyAttempts, StaffAccount.
    """
    account = accounts.load(caller.user_id)
    if account.state is not State.CLOSED:
        passwords.prove(account, password=password, code=code, purpose=Purpose.CLOSE_ACCOUNT)
        news = events.Event.of("users.AccountClosed", aggregate=account.id, data={"closed_at": clock.now().isoformat()})
        accounts.save(model.closed(account), news, before=account)
        logger.info("account closed", user_id=account.id)
    sessions.forget_sessions(account.id)


def request_export(caller: Caller) -> Export:
    """Have a copy of everything that is kept of the caller made. Raises TooManyRequests, AccountClosed."""
    users.profile(caller)
    limits.hit("export", caller.user_id, most=model.EXPORTS_A_DAY, seconds=24 * 60 * 60)
    export = Export(ids.new("exp"), ExportState.PREPARING)
    store.start(caller.user_id, export.id)
    return export


def export(caller: Caller, export_id: str) -> Export:
    """How far the caller's export is. Raises NoSuchExport."""
    return store.find(caller.user_id, export_id)


def keep_part(user_id: str, export_id: str, part: str, content: Any) -> None:
    """Store what one subsystem knows of the person; a repetition stores it again. Raises AccountClosed."""
    store.put_part(user_id, export_id, part, content)
    _check_open(user_id)


def keep_account(user_id: str, export_id: str) -> None:
    """Store what the account itself says, without the proofs of who its owner is."""
    account = accounts.load(user_id)
    profile = account.profile
    keep_part(
        user_id,
        export_id,
        "account",
        {
            "id": account.id,
            "created_at": account.created_at.isoformat(),
            "email": account.email,
            "phone": account.phone,
            "nickname": profile.nickname,
            "gender": profile.gender,
            "birthday": profile.birthday,
            "region": profile.region,
            "avatar": profile.avatar,
            "locale": profile.locale,
            "roles": sorted(account.roles),
            "merchant_id": account.merchant_id,
            "sessions": [
                {
                    "device": session.device.name,
                    "address": session.device.address,
                    "created_at": session.created_at.isoformat(),
                    "refreshed_at": session.refreshed_at.isoformat(),
                }
                for session in sessions.sessions(user_id)
            ],
        },
    )


def put_together(user_id: str, export_id: str) -> None:
    """Finish the export. Raises AccountClosed."""
    _check_open(user_id)
    store.put_together(user_id, export_id)
    _check_open(user_id)


def _check_open(user_id: str) -> None:
    """Take what was just stored away again if the account is closed: its exports may have been erased before.

    Raises AccountClosed.
    """
    if accounts.load(user_id).state is State.CLOSED:
        store.erase(user_id)
        raise AccountClosed


def erase_exports(user_id: str) -> int:
    """Delete the exports of a closed account."""
    return store.erase(user_id)
