"""Taking an upload in: from the file that S3 tells of to a picture that is shown, in steps that may each come again."""

from hashlib import sha256
from typing import Any

from mall import clock, errors
from mall.events import Event
from mall.images import collecting, model, store
from mall.images.files import store as files
from mall.images.model import Mark, Picture, QuotaExceeded, Rendition, State, Upload
from mall.imaging.errors import NotAPicture, TooHard
from mall.observability import count, logger


class StillBeingDeleted(errors.Unavailable):
    message = "The same picture is just being deleted."


class Lost(NotAPicture):
    message = "The uploaded file is gone."


def take_in(key: str, *, attempt: int = 1) -> None:
    """Make a picture of the upload at `key`, or say on its record why it is none.

    A repetition finds it done and does nothing; after an attempt that died, it does what is left. `attempt` counts
    the deliveries of the message: what brought the function down again and again is refused unopened.
    """
    owner, upload_id = model.upload_of(key)
    upload = store.upload(owner, upload_id)
    if upload is None or upload.over:
        logger.info("upload was taken in before", upload_id=upload_id)
        files.forget(key)
        return
    try:
        if attempt > model.MOST_ATTEMPTS:
            raise TooHard
        store.begin(upload)
        picture = _picture(key, upload)
        store.hold(owner, picture, file_name=upload.file_name, at=upload.created_at, account=store.account(owner))
    except (NotAPicture, QuotaExceeded) as refusal:
        _refuse(upload, refusal.code)
    else:
        _ready(upload, picture)
    files.forget(key)


def _picture(key: str, upload: Upload) -> Picture:
    """The picture of the upload: the one that is there, or one that is made now."""
    file = files.private(key)
    if file is None:
        raise Lost
    digest = sha256(file).hexdigest()
    id = model.picture_id(digest, upload.mark)
    there = store.load(id)
    if there is not None and there.state is State.DELETING:
        if not collecting.finish(there):
            raise StillBeingDeleted
        there = None
    if there is not None:
        count("PicturesRecognised")
        return there
    picture = _make(id, digest, file, upload.mark)
    store.create(picture)
    count("PicturesMade")
    return picture


def _make(id: str, digest: str, file: bytes, mark: Mark | None) -> Picture:
    from mall.images import making  # noqa: PLC0415  (Pillow is in the layer of some functions only)

    facts, parts = making.renditions(file, making.watermark(mark))
    files.keep(model.original_key(digest), file)
    files.publish_all({f"p/{id}/{name}": content for name, content in parts.items()})
    now = clock.now()
    return Picture(
        id=id,
        digest=digest,
        width=facts["width"],
        height=facts["height"],
        format=facts["format"],
        bytes=len(file),
        blur=facts["blur"],
        renditions={name: _rendition(facts, name, content) for name, content in parts.items()},
        created_at=now,
        mark=mark,
        unused_on=now.date(),
    )


def _rendition(facts: dict[str, Any], name: str, content: bytes) -> Rendition:
    width, height = facts["sizes"][name.partition(".")[0]]
    return Rendition(width, height, len(content))


def _ready(upload: Upload, picture: Picture) -> None:
    if upload.file_name:
        store.name(upload, picture.id)
    facts = {"picture_id": picture.id, "owner": upload.owner, "upload_id": upload.id}
    if store.finish(upload, Event.of("images.PictureReady", aggregate=picture.id, data=facts), picture_id=picture.id):
        logger.info("picture ready", picture_id=picture.id, upload_id=upload.id)


def _refuse(upload: Upload, reason: str) -> None:
    facts = {"upload_id": upload.id, "owner": upload.owner, "reason": reason}
    if store.finish(upload, Event.of("images.PictureFailed", aggregate=upload.id, data=facts), reason=reason):
        count("PicturesRefused")
        logger.info("picture refused", upload_id=upload.id, reason=reason)
