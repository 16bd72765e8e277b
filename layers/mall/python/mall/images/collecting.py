"""Deleting the pictures that nobody has shown for a week."""

from datetime import date, timedelta

from mall import clock
from mall.images import model, store
from mall.images.files import store as files
from mall.images.model import Picture
from mall.observability import count, logger


def collect(today: date) -> int:
    """Delete what has lain unused for a week, or was left half deleted; how many there were. May be repeated."""
    deleted = 0
    day = today - model.COLLECTED_FOR
    while day <= today - model.UNUSED_KEPT:
        for id in store.unused_on(day):
            deleted += _collect(id, day)
        day += timedelta(days=1)
    count("PicturesCollected", deleted)
    logger.info("unused pictures deleted", pictures=deleted)
    return deleted


def finish(picture: Picture) -> bool:
    """Finish a deletion that somebody began and may have died over; False while they may still be at it."""
    now = clock.now()
    if not store.begin_deletion(picture.id, now=now, until=now + model.DELETION_LEASE):
        return False
    _delete(picture)
    return True


def _collect(id: str, day: date) -> bool:
    picture = store.load(id)
    if picture is None:
        return False
    now = clock.now()
    if not store.begin_deletion(id, now=now, until=now + model.DELETION_LEASE, collected=day):
        store.still_used(id)
        return False
    _delete(picture)
    return True


def _delete(picture: Picture) -> None:
    """From here on nobody can use it: first what the public sees, then the original, last the record."""
    files.withdraw(picture.id)
    if store.made_of(picture.digest) <= {picture.id}:
        files.forget(model.original_key(picture.digest))
    store.delete(picture)
