"""Uploading an avatar, and showing it once it is made."""

from dataclasses import replace

from mall import ids, limits
from mall.auth import Caller
from mall.imaging.errors import NotAPicture
from mall.observability import logger
from mall.users import store as accounts
from mall.users.avatars import model, schemas, store
from mall.users.model import AccountClosed, ChangedMeanwhile, State, digest

_UPLOADS_A_DAY = 20
# How often a change that nobody waits for begins again when the account was changed meanwhile.
_ATTEMPTS = 5


def start_upload(caller: Caller, content_type: str) -> schemas.Upload:
    """A form with which the caller can upload one picture. Raises TooManyRequests."""
    limits.hit("avatar", caller.user_id, most=_UPLOADS_A_DAY, seconds=24 * 60 * 60)
    form = store.form(model.upload_key(caller.user_id, ids.new("upl")), content_type)
    return schemas.Upload(url=form["url"], fields=form["fields"], max_bytes=model.MAX_BYTES)


def take_in(key: str) -> None:
    """Make the uploaded picture the avatar of its owner and withdraw the ones before.

    A repetition finds the upload gone and does nothing; after an attempt that died halfway, it does what is left. What
    is no picture is deleted and changes nothing, and so is what comes when the account is closed.
    """
    from mall.users.avatars import pictures  # noqa: PLC0415  (Pillow is in the layer of one function only)

    file = store.uploaded(key)
    if file is None:
        return
    user_id = model.owner_of(key)
    try:
        picture = pictures.avatar_of(file)
    except NotAPicture:
        store.forget_upload(key)
        logger.info("avatar refused", user_id=user_id)
        return
    address = model.picture_key(key, digest(picture.hex())[:24])
    store.publish(address, picture)
    try:
        shown = _show(user_id, address)
    except AccountClosed:
        erase(user_id)
        logger.info("avatar came too late", user_id=user_id)
        return
    store.withdraw_before(user_id, shown)
    store.forget_upload(key)
    logger.info("avatar changed", user_id=user_id)


def _show(user_id: str, address: str) -> str:
    """Show the picture at `address` (below the media root) as the person's avatar, unless a later one is there.

    Addresses sort by when their pictures were uploaded. Returns the one that is shown now. Raises AccountClosed.
    """
    for _ in range(_ATTEMPTS):
        account = accounts.load(user_id)
        if account.state is State.CLOSED:
            raise AccountClosed
        if account.profile.avatar >= address:
            return account.profile.avatar
        try:
            accounts.save(replace(account, profile=replace(account.profile, avatar=address)), before=account)
        except ChangedMeanwhile:
            continue
        return address
    raise ChangedMeanwhile


def erase(user_id: str) -> int:
    """Take away the pictures of a closed account; how many there were."""
    return store.withdraw_all(user_id)
