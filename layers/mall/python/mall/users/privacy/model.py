"""Exports and the closing of accounts."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from mall import errors
from mall.users.model import Account, Profile, State

EXPORTS_A_DAY = 3
LINK_LIFETIME = timedelta(minutes=10)
PARTS = ("account", "addresses", "consents", "activity", "cart", "wallet")


class NoSuchExport(errors.NotFound):
    message = "There is no such export, or it is no longer kept."


class StaffAccount(errors.Forbidden):
    message = "A staff account is closed by those who manage it."


class ExportState(StrEnum):
    """How far an export is."""

    PREPARING = "preparing"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Export:
    """A copy of somebody's data; `url` is there once it is ready, and works for ten minutes."""

    id: str
    state: ExportState
    url: str | None = None


def closed(account: Account) -> Account:
    """The account without anything that names its owner. Raises StaffAccount."""
    if account.staff:
        raise StaffAccount
    return replace(
        account.move_to(State.CLOSED), email="", phone="", password_hash="", totp=None, profile=Profile(locale="")
    )


def folder_of(user_id: str, export_id: str) -> str:
    """Where the files of an export lie: below its owner's id, so that nobody can ask for another's."""
    return f"exports/{user_id}/{export_id}"
