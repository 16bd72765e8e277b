"""Making an uploaded picture small and harmless. Needs Pillow, so only the function that does it imports this."""

from mall.imaging import making
from mall.imaging.confinement import confined
from mall.imaging.decoding import Limits
from mall.users.avatars.model import MAX_BYTES, MAX_PIXELS, SIDE

LIMITS = Limits(bytes=MAX_BYTES, pixels=MAX_PIXELS)


def avatar_of(file: bytes) -> bytes:
    """A square WebP of 256 pixels a side, upright, cut to the middle, without metadata. Raises NotAPicture."""
    return confined(lambda: ({}, {"avatar": making.avatar(file, LIMITS, SIDE)}))[1]["avatar"]
