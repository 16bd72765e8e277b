"""Making the files of a picture. Needs Pillow, and runs in a confined process."""

from functools import partial
from typing import Any

from mall.images.files import store as files
from mall.images.model import EXTENSIONS, MAX_BYTES, MAX_FRAMES, MAX_PIXELS, SIDES, Mark, mark_key
from mall.imaging import making
from mall.imaging.confinement import Parts, confined
from mall.imaging.decoding import Limits, decode, shrunk
from mall.imaging.making import Watermark

LIMITS = Limits(bytes=MAX_BYTES, pixels=MAX_PIXELS, frames=MAX_FRAMES)
# A mark on a thumbnail would be a smudge.
_MARKED_FROM = 480


def watermark(mark: Mark | None) -> Watermark | None:
    """What `mark` puts onto pictures."""
    file = files.private(mark_key(mark.digest)) if mark else None
    return Watermark(file, mark.corner, mark.width, mark.strength) if mark and file else None


def renditions(file: bytes, watermark: Watermark | None = None) -> tuple[dict[str, Any], Parts]:
    """The six files by name and what is to be known of them. Raises NotAPicture or one of its kinds.

    The facts: `width`, `height` and `format` of the file, `blur`, and `sizes`, {side: [width, height]}.
    """
    return confined(partial(_renditions, file, watermark))


def size(file: bytes, width: int, height: int, fit: str, extension: str, watermark: Watermark | None = None) -> bytes:
    """The picture in one other size. Raises NotAPicture or one of its kinds."""
    return confined(partial(_size, file, width, height, fit, extension, watermark))[1]["file"]


def _renditions(file: bytes, watermark: Watermark | None) -> tuple[dict[str, Any], Parts]:
    decoded = decode(file, LIMITS, side=SIDES[0])
    picture, mark = decoded.picture, _mark(watermark)
    parts: dict[str, bytes] = {}
    sizes: dict[str, tuple[int, int]] = {}
    # A picture that is smaller than a side is the same there as at the next one.
    made: dict[tuple[int, int, bool], dict[str, bytes]] = {}
    for side in SIDES:
        # Each from the next larger one: a fraction of the pixels, and no difference that can be seen.
        picture = shrunk(picture, side, resample=making.FINE)
        shows_mark = watermark is not None and side >= _MARKED_FROM
        key = (*picture.size, shows_mark)
        if key not in made:
            shown = making.marked(picture, mark, watermark) if watermark and shows_mark else picture
            made[key] = {extension: making.encoded(shown, extension) for extension in EXTENSIONS}
        parts |= {f"{side}.{extension}": content for extension, content in made[key].items()}
        sizes[str(side)] = picture.size
    facts = {
        "width": decoded.width,
        "height": decoded.height,
        "format": decoded.format,
        "blur": making.blurred(picture),
        "sizes": sizes,
    }
    return facts, parts


def _size(
    file: bytes, width: int, height: int, fit: str, extension: str, watermark: Watermark | None
) -> tuple[dict[str, Any], Parts]:
    # To be cut out of a long picture, more than the size's own longest side has to be there.
    side = max(width, height) * (2 if fit == "cover" else 1)
    picture = making.fitted(decode(file, LIMITS, side=side).picture, width, height, fit)
    mark = _mark(watermark)
    if watermark and mark and max(picture.size) >= _MARKED_FROM:
        picture = making.marked(picture, mark, watermark)
    return {}, {"file": making.encoded(picture, extension)}


def _mark(watermark: Watermark | None) -> Any:
    return decode(watermark.file, LIMITS, side=SIDES[0], opaque=False).picture if watermark else None
