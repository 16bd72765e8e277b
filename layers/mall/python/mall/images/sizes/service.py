"""A picture in a size of the list: out of memory, out of the store, or made now and kept for whoever comes next."""

import time
from dataclasses import dataclass, field

from mall import errors
from mall.images import addresses, model, store
from mall.images.files import store as files
from mall.images.heat import service as heat
from mall.images.heat.model import Level, Tally
from mall.images.model import TYPES, NoSuchPicture, State
from mall.images.sizes.memory import Memory
from mall.imaging.errors import NotAPicture
from mall.observability import count, logger

ABSENT_SECONDS = 10
_MEMORY_BYTES = 64 * 1024 * 1024
_FLUSH_SECONDS = 20.0
_PINS_SECONDS = 60.0


class CannotBeMade(errors.Unavailable):
    message = "This size cannot be made at the moment."


@dataclass
class _State:
    """What an execution environment keeps between calls."""

    memory: Memory = field(default_factory=lambda: Memory(_MEMORY_BYTES, ABSENT_SECONDS))
    tallies: dict[Level, Tally] = field(default_factory=dict)
    flushed_at: float = field(default_factory=time.monotonic)
    pinned_at: float = float("-inf")


_state = _State()


@dataclass(frozen=True, slots=True)
class File:
    """A file and what it is."""

    content: bytes
    type: str


def get(id: str, name: str, signature: str) -> File:
    """The picture in the size that `name` says. Raises NoSuchSize, BadSignature, NoSuchPicture or CannotBeMade."""
    width, height, fit, extension = addresses.parsed(name)
    addresses.check(id, name, signature)
    memory = _state.memory
    kept = memory.get(id, name)
    # What is known not to be there was found in memory too.
    _tally(Level.MEMORY, hit=kept is not None or memory.absent(id, name))
    if kept is not None:
        return File(kept, TYPES[extension])
    if memory.absent(id, name):
        raise NoSuchPicture
    key = f"s/{id}/{name}"
    stored = files.published(key)
    _tally(Level.STORE, hit=stored is not None)
    if stored is None:
        try:
            stored = _make(id, key, width, height, fit, extension)
        except NoSuchPicture:
            memory.miss(id, name)
            raise
    memory.put(id, name, stored)
    return File(stored, TYPES[extension])


def _make(id: str, key: str, width: int, height: int, fit: str, extension: str) -> bytes:
    from mall.images import making  # noqa: PLC0415  (Pillow takes 60 ms that what is stored does not need)

    picture = store.load(id)
    original = files.private(model.original_key(picture.digest)) if picture else None
    if picture is None or picture.state is not State.READY or original is None:
        raise NoSuchPicture
    try:
        made = making.size(original, width, height, fit, extension, making.watermark(picture.mark))
    except NotAPicture as error:
        logger.warning("size not made", picture_id=id, reason=error.code)
        raise CannotBeMade from error
    files.publish(key, made)
    after = store.load(id)
    if after is None or after.state is not State.READY:
        # It was deleted in the meantime, and whoever did so may have looked before this file was there.
        files.withdraw(id)
        raise NoSuchPicture
    count("PictureSizesMade")
    return made


def _tally(level: Level, *, hit: bool) -> None:
    _state.tallies[level] = _state.tallies.get(level, Tally()) + Tally(int(hit), int(not hit))


def after_call() -> None:
    """Write down from time to time what was counted, and learn which pictures are promoted."""
    now = time.monotonic()
    if now - _state.flushed_at >= _FLUSH_SECONDS:
        flush()
    if now - _state.pinned_at >= _PINS_SECONDS:
        _state.pinned_at = now
        _state.memory.pinned = heat.pinned()


def flush() -> None:
    """Write down what was counted since the last time."""
    _state.flushed_at = time.monotonic()
    while _state.tallies:
        level, tally = _state.tallies.popitem()
        heat.count_level(level, tally)


def forget() -> None:
    """Start anew, as a fresh execution environment would. For tests."""
    _state.memory, _state.tallies = Memory(_MEMORY_BYTES, ABSENT_SECONDS), {}
    _state.flushed_at, _state.pinned_at = time.monotonic(), float("-inf")
