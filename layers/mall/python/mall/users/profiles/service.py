"""Changing one's own profile."""

from dataclasses import replace

from mall.auth import Caller
from mall.users import model, store
from mall.users import service as users
from mall.users.model import Account
from mall.users.profiles.schemas import ProfileChange


def update_profile(caller: Caller, change: ProfileChange) -> Account:
    """Change what was sent, and only that. Raises ChangedMeanwhile."""
    account = users.profile(caller)
    users.expect(account, change.version)
    given = change.model_dump(exclude={"version"}, exclude_unset=True)
    emptied = {name: getattr(model.Profile(), name) for name, value in given.items() if value is None}
    return store.save(replace(account, profile=replace(account.profile, **(given | emptied))), before=account)
