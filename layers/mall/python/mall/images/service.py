"""Uploading pictures and asking for them. What other subsystems show, they count here with `use` and `release`."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from mall import clock, errors, ids, limits
from mall.auth import Caller
from mall.http import Page
from mall.images import addresses, model, schemas, store
from mall.images.files import store as files
from mall.images.model import PLATFORM, Mark, NoSuchPicture, NotReady, Picture, PictureInUse, Upload
from mall.observability import logger

_A_DAY = 24 * 60 * 60
_MOST_NAMES = 100


# --- what merchants and the platform's staff do with their own


def owner_of(caller: Caller) -> str:
    """In whose name the caller uploads: their merchant's, or the platform's."""
    return caller.merchant_id or PLATFORM


def start_upload(caller: Caller, wanted: schemas.NewUpload) -> schemas.UploadForm:
    """A form with which one picture can be uploaded. Raises QuotaExceeded or TooManyRequests."""
    owner = owner_of(caller)
    limits.hit("picture", owner, most=model.UPLOADS_A_DAY, seconds=_A_DAY)
    account = store.account(owner)
    account.check()
    upload = Upload(
        id=ids.new("upl"),
        owner=owner,
        created_at=clock.now(),
        file_name=model.clean_name(wanted.file_name),
        mark=account.mark if wanted.watermark else None,
    )
    store.ask(upload)
    form = files.form(model.upload_key(owner, upload.id), wanted.content_type)
    return schemas.UploadForm(id=upload.id, url=form["url"], fields=form["fields"], max_bytes=model.MAX_BYTES)


def get(caller: Caller, id: str) -> schemas.PictureView:
    """A picture of the caller's by its id, or what became of an upload by its own. Raises NoSuchPicture."""
    owner = owner_of(caller)
    if id.startswith("upl_"):
        upload = store.upload(owner, id)
        if upload is None:
            raise NoSuchPicture
        return schemas.PictureView.of_upload(upload, store.load(upload.picture_id) if upload.picture_id else None)
    return schemas.PictureView.of(_own(owner, id))


def pictures(caller: Caller, query: Page) -> schemas.PictureList:
    """A page of what the caller's side holds, newest first."""
    found, following = store.of_owner(owner_of(caller), limit=query.limit, after=query.after)
    loaded = store.load_many(id for id, _ in found)
    views = [schemas.PictureView.of(loaded[id], name) for id, name in found if id in loaded]
    return schemas.PictureList(items=views, next=following)


def remove(caller: Caller, id: str) -> None:
    """Give a picture up, so that it no longer counts. Raises NoSuchPicture, or PictureInUse while it is shown."""
    owner = owner_of(caller)
    picture = _own(owner, id)
    if picture.uses and store.holders(id) == {owner}:
        raise PictureInUse(uses=picture.uses)
    store.give_up(owner, id)
    logger.info("picture given up", picture_id=id)


def address(caller: Caller, id: str, query: schemas.SizeQuery) -> schemas.Address:
    """The signed address of another size of a picture of the caller's. Raises NoSuchPicture or NoSuchSize."""
    _own(owner_of(caller), id)
    return schemas.Address(href=addresses.sized(id, query.width, query.height, query.fit, query.format))


# --- their accounts


def account(caller: Caller) -> schemas.AccountView:
    """What the caller's side holds and may hold, and their watermark."""
    return schemas.AccountView.of(store.account(owner_of(caller)))


def change_settings(caller: Caller, settings: schemas.Settings) -> schemas.AccountView:
    """Set or take away the watermark of what is uploaded from now on. Raises NoSuchPicture."""
    owner = owner_of(caller)
    before = store.account(owner)
    changed = replace(before, mark=None, mark_picture="")
    if settings.watermark:
        wanted = settings.watermark
        picture = _own(owner, wanted.picture_id)
        original = files.private(model.original_key(picture.digest))
        if original is None:
            raise NoSuchPicture
        # Pictures that bear it may be asked for in other sizes long after it was replaced.
        files.keep(model.mark_key(picture.digest), original)
        mark = Mark(picture.digest, wanted.corner, wanted.width, wanted.strength)
        changed = replace(before, mark=mark, mark_picture=picture.id)
        store.use(picture.id, [f"watermark#{owner}"])
    store.save_account(changed)
    if before.mark_picture and before.mark_picture != changed.mark_picture:
        store.release(before.mark_picture, f"watermark#{owner}", on=clock.now().date())
    return schemas.AccountView.of(changed)


def set_quota(owner: str, change: schemas.QuotaChange) -> schemas.AccountView:
    """Set how much a merchant may hold; what is held already stays. Raises ids.MalformedId."""
    if owner != PLATFORM:
        ids.slot_of(owner)
    changed = replace(store.account(owner), quota=model.Quota(pictures=change.pictures, bytes=change.bytes))
    store.save_account(changed)
    logger.info("picture quota set", merchant_id=owner, pictures=change.pictures, bytes=change.bytes)
    return schemas.AccountView.of(changed)


# --- what other subsystems ask


def get_many(ids: Iterable[str]) -> Mapping[str, Picture]:
    """Those of the pictures that can be shown, by id."""
    return store.load_many(ids)


def require_ready(owner: str, ids: Iterable[str]) -> Mapping[str, Picture]:
    """The pictures, all of which `owner` holds and can show. Raises NotReady with those that are not, in `pictures`."""
    wanted = list(dict.fromkeys(ids))
    found, own = store.load_many(wanted), store.held(owner, wanted)
    missing = [id for id in wanted if id not in found or id not in own]
    if missing:
        raise NotReady(pictures=missing)
    return found


def use(shown: Mapping[str, Iterable[str]]) -> set[str]:
    """Say which pictures are shown by whom (by a product's id, say); repeating it counts once.

    Gives those of the pictures that are not there. Many at once cost one call a picture.
    """
    users: dict[str, list[str]] = defaultdict(list)
    for user, its_pictures in shown.items():
        for id in its_pictures:
            users[id].append(user)
    missing = set()
    for id, its in sorted(users.items()):
        try:
            store.use(id, its)
        except NoSuchPicture:
            missing.add(id)
    return missing


def show(user: str, pictures: Callable[[], Iterable[str]]) -> set[str]:
    """Say that `user` shows these pictures now and no others; gives those of them that are not there.

    `pictures` is asked once it is known what was said last, so that of two who say it at once, it is not the elder
    that stays. Repeating it is harmless, also after it was broken off. Raises Conflict where others say it meanwhile.
    """
    before, version = store.shown_by(user)
    now = set(pictures())
    if now - before:
        version = store.say_shown(user, before | now, version=version)
    missing = use({user: now})
    release(before - now, user=user)
    if before - now:
        store.say_shown(user, now, version=version)
    return missing


def release(ids: Iterable[str], *, user: str) -> None:
    """Say that `user` no longer shows the pictures; repeating it changes nothing."""
    for id in dict.fromkeys(ids):
        store.release(id, user, on=clock.now().date())


def named(owner: str, file_names: Iterable[str]) -> Mapping[str, str]:
    """The ids of the owner's latest pictures by the names of the files that were uploaded; at most 100 names."""
    names = list(dict.fromkeys(file_names))
    if len(names) > _MOST_NAMES:
        raise errors.Invalid(f"At most {_MOST_NAMES} names at once.")
    cleaned = {name: model.clean_name(name) for name in names}
    found = store.named(owner, (clean for clean in cleaned.values() if clean))
    return {name: found[clean] for name, clean in cleaned.items() if clean in found}


def _own(owner: str, id: str) -> Picture:
    if not store.held(owner, [id]):
        raise NoSuchPicture
    picture = store.load(id)
    if picture is None or picture.state is not model.State.READY:
        raise NoSuchPicture
    return picture
