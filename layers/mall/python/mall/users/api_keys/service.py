"""Registering and withdrawing merchants' keys."""

from mall import clock, ids
from mall.auth import Caller
from mall.observability import logger
from mall.users.api_keys import model, store
from mall.users.api_keys.model import Key
from mall.users.api_keys.schemas import NewApiKey
from mall.users.model import RoleBeyondOwn
from mall.users.roles.service import rights


def add(caller: Caller, given: NewApiKey) -> Key:
    """Register a key of the caller's merchant. Raises NotAPublicKey, TooManyKeys, RoleBeyondOwn."""
    held = rights(caller)
    if not set(given.permissions) <= held:
        raise RoleBeyondOwn
    public_key = model.normal_form(given.public_key)
    key = Key(
        id=ids.new("key"),
        merchant_id=caller.merchant_id,
        name=given.name,
        public_key=public_key,
        permissions=frozenset(given.permissions),
        created_at=clock.now(),
        created_by=caller.user_id or caller.key_id,
    )
    store.add(key)
    logger.info("api key added", key_id=key.id, merchant_id=key.merchant_id)
    return key


def of_merchant(caller: Caller) -> list[Key]:
    """The keys of the caller's merchant."""
    return store.of_merchant(caller.merchant_id)


def remove(caller: Caller, key_id: str) -> None:
    """Withdraw a key of the caller's merchant; calls signed with it are refused at once. Raises NoSuchKey."""
    store.remove(caller.merchant_id, key_id)
    logger.info("api key removed", key_id=key_id, merchant_id=caller.merchant_id)
