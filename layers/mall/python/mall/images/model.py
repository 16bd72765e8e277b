"""What a picture of the mall is, which sizes there are, and what may be taken in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from mall import errors

SIDES = (1080, 480, 160)
EXTENSIONS = ("jpg", "webp")
TYPES = {"jpg": "image/jpeg", "webp": "image/webp"}
PLATFORM = "platform"
MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_FRAMES = 200
FORM_LIFETIME_SECONDS = 15 * 60
UPLOADS_A_DAY = 20_000
# Deliveries of the message of one upload; what did not end after these is what brings functions down.
MOST_ATTEMPTS = 4
UPLOADS_KEPT = timedelta(days=30)
UNUSED_KEPT = timedelta(days=7)
# How far back the collection looks for what an earlier one did not finish.
COLLECTED_FOR = timedelta(days=60)
# Longer than the function that deletes may run, so that two never delete the same at once.
DELETION_LEASE = timedelta(seconds=90)
DIGEST_LENGTH = 32
PICTURE_PATTERN = rf"^pic_[0-9a-f]{{{DIGEST_LENGTH}}}$"
_MAX_NAME = 200


class NoSuchPicture(errors.NotFound):
    message = "There is no such picture."


class NotReady(errors.Conflict):
    message = "Some pictures are not there (yet), or are not yours."


class PictureInUse(errors.Conflict):
    message = "This picture is shown somewhere. Take it off there first."


class QuotaExceeded(errors.Conflict):
    message = "You hold as many pictures as you may. Remove some that you no longer show."


class State(StrEnum):
    """Where an upload is on its way. A picture itself is `ready`, or `deleting` on its way out."""

    WAITING = "waiting"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"
    DELETING = "deleting"


class Corner(StrEnum):
    """Where a watermark goes."""

    TOP_LEFT = "top_left"
    TOP_RIGHT = "top_right"
    BOTTOM_LEFT = "bottom_left"
    BOTTOM_RIGHT = "bottom_right"


@dataclass(frozen=True, slots=True)
class Mark:
    """A merchant's watermark: the digest of the picture that it is, its corner, its width and strength of 100."""

    digest: str
    corner: Corner = Corner.BOTTOM_RIGHT
    width: int = 20
    strength: int = 60

    def __str__(self) -> str:
        return f"{self.digest}:{self.corner}:{self.width}:{self.strength}"


@dataclass(frozen=True, slots=True)
class Rendition:
    """One file of a picture: its pixels and how large it is."""

    width: int
    height: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is shown; `renditions` by name, `480.webp`."""

    id: str
    digest: str
    width: int
    height: int
    format: str
    bytes: int
    blur: str
    renditions: Mapping[str, Rendition]
    created_at: datetime
    state: State = State.READY
    uses: int = 0
    mark: Mark | None = None
    unused_on: date | None = None

    def key(self, side: int, extension: str) -> str:
        """Where a rendition lies in the bucket that the public sees."""
        return rendition_key(self.id, side, extension)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that an owner was given a form for, and what became of it."""

    id: str
    owner: str
    created_at: datetime
    state: State = State.WAITING
    file_name: str = ""
    mark: Mark | None = None
    picture_id: str = ""
    reason: str = ""

    @property
    def over(self) -> bool:
        """Whether it is decided what became of it."""
        return self.state in {State.READY, State.FAILED}


@dataclass(frozen=True, slots=True)
class Quota:
    """How much an owner may hold."""

    pictures: int = 20_000
    bytes: int = 20 * 1024**3


@dataclass(frozen=True, slots=True)
class Account:
    """What an owner holds and may hold, and the watermark of what they upload from now on."""

    owner: str
    pictures: int = 0
    bytes: int = 0
    quota: Quota = field(default_factory=Quota)
    mark: Mark | None = None
    mark_picture: str = ""

    def check(self) -> None:
        """Raise QuotaExceeded when nothing more can be taken in."""
        if self.pictures >= self.quota.pictures or self.bytes >= self.quota.bytes:
            raise QuotaExceeded


def picture_id(digest: str, mark: Mark | None = None) -> str:
    """The id of the picture with this content (SHA-256, hexadecimal) and watermark."""
    return f"pic_{(sha256(f'{digest}:{mark}'.encode()).hexdigest() if mark else digest)[:DIGEST_LENGTH]}"


def upload_key(owner: str, upload_id: str) -> str:
    """Where an upload lies."""
    return f"uploads/{owner}/{upload_id}"


def upload_of(key: str) -> tuple[str, str]:
    """The owner and the id of the upload that lies at `key`. Raises Invalid for another's key."""
    match key.split("/"):
        case ["uploads", owner, upload_id]:
            return owner, upload_id
    raise errors.Invalid(f"'{key[:64]}' is no upload of a picture.")


def original_key(digest: str) -> str:
    """Where the file lies as it was uploaded."""
    return f"originals/{digest}"


def mark_key(digest: str) -> str:
    """Where a watermark's picture lies."""
    return f"marks/{digest}"


def rendition_key(id: str, side: int, extension: str) -> str:
    """Where a rendition lies in the bucket that the public sees."""
    return f"p/{id}/{side}.{extension}"


def rendition_keys(id: str) -> Iterator[str]:
    """Where all renditions of a picture lie."""
    return (rendition_key(id, side, extension) for side in SIDES for extension in EXTENSIONS)


def clean_name(name: str) -> str:
    """A file's name without its folders, as it is looked up again."""
    return name.replace("\\", "/").rpartition("/")[2].strip().lower()[:_MAX_NAME]
