"""Where the public finds pictures. Addresses never change what they show, so everybody may keep it for a year.

    /media/p/<picture>/480.webp                    a rendition
    /media/n/<picture>/480                         the same, WebP or JPEG, whichever the browser accepts
    /media/s/<picture>/320x320-cover.webp?sig=…    another size of the list, made when it is first asked for

The signature keeps strangers from having every size of every picture made; it is that of the address, by a secret.
"""

import hmac
from collections.abc import Iterator
from hashlib import sha256

from mall import config, errors
from mall.images.model import EXTENSIONS, SIDES, Picture

ROOT = "/media/"
# Width, height and how the picture gets into them: what else is asked for is never made.
SIZES = frozenset(
    {
        *((side, side, "cover") for side in (64, 96, 160, 320, 480, 640)),
        *((side, side, "inside") for side in (320, 640, 750, 828, 1200, 1600, 1920)),
        (1200, 630, "cover"),  # previews in social networks
        (1200, 900, "cover"),
        (800, 600, "cover"),
        (400, 300, "cover"),
        (1280, 400, "cover"),  # banners
        (640, 200, "cover"),
    }
)
_SIGNATURE_LENGTH = 22


class NoSuchSize(errors.NotFound):
    message = "Pictures do not come in this size."


class BadSignature(errors.Forbidden):
    message = "The signature of this address is not ours."


def rendition(id: str, side: int, extension: str = "webp") -> str:
    """The address of one of the sizes that every picture has."""
    return f"{ROOT}p/{id}/{side}.{extension}"


def negotiated(id: str, side: int) -> str:
    """The same without saying in which format."""
    return f"{ROOT}n/{id}/{side}"


def srcset(picture: Picture, extension: str = "webp") -> str:
    """The value of an `srcset` attribute: each width once, the smallest first."""
    return ", ".join(f"{address} {width}w" for address, width in _widths(picture, extension))


def _widths(picture: Picture, extension: str) -> Iterator[tuple[str, int]]:
    seen: set[int] = set()
    for side in reversed(SIDES):
        width = picture.renditions[f"{side}.{extension}"].width
        if width not in seen:
            seen.add(width)
            yield rendition(picture.id, side, extension), width


def sized(id: str, width: int, height: int, fit: str = "cover", extension: str = "webp") -> str:
    """The signed address of another size. Raises NoSuchSize for one that is not on the list."""
    name = f"{width}x{height}-{fit}.{extension}"
    parsed(name)
    return f"{ROOT}s/{id}/{name}?sig={signature(id, name)}"


def parsed(name: str) -> tuple[int, int, str, str]:
    """Width, height, fit and extension of `320x320-cover.webp`. Raises NoSuchSize."""
    try:
        size, _, rest = name.partition("-")
        fit, _, extension = rest.partition(".")
        width, height = (int(part) for part in size.split("x"))
    except ValueError:
        raise NoSuchSize from None
    if (
        (width, height, fit) not in SIZES
        or extension not in EXTENSIONS
        or name != f"{width}x{height}-{fit}.{extension}"
    ):
        raise NoSuchSize
    return width, height, fit, extension


def signature(id: str, name: str) -> str:
    """The signature of a size of a picture."""
    mac = hmac.new(config.secret("picture-addresses").encode(), f"{id}/{name}".encode(), sha256).hexdigest()
    return mac[:_SIGNATURE_LENGTH]


def check(id: str, name: str, given: str) -> None:
    """Raise BadSignature unless `given` is the signature of that size of that picture."""
    if not hmac.compare_digest(signature(id, name).encode(), given.encode()):
        raise BadSignature
