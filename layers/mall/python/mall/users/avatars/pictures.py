"""Making an uploaded picture small and harmless. Needs Pillow, so only the function that does it imports this."""

import io
import warnings

from PIL import Image, ImageOps

from mall.users.avatars.model import FORMATS, MAX_BYTES, MAX_PIXELS, SIDE, NotAPicture


def avatar_of(file: bytes) -> bytes:
    """A square WebP of 256 pixels a side, upright, cut to the middle, without metadata. Raises NotAPicture.

    The type is told from the content, never the name, and the number of pixels is checked before any is decoded.
    """
    if len(file) > MAX_BYTES:
        raise NotAPicture
    try:
        # Pillow warns of large and of damaged pictures, both of which we deal with.
        with warnings.catch_warnings(action="ignore"):
            picture = Image.open(io.BytesIO(file), formats=FORMATS)
            if picture.width * picture.height > MAX_PIXELS:
                raise NotAPicture
            picture.draft("RGB", (SIDE * 2, SIDE * 2))
            upright = ImageOps.exif_transpose(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise NotAPicture from None
    if upright.mode.startswith("I"):
        # 16 bits of grey, of which Pillow would cut off the upper ones.
        upright = upright.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    square = ImageOps.fit(upright.convert("RGBA"), (SIDE, SIDE), Image.Resampling.LANCZOS)
    white = Image.new("RGB", square.size, "white")
    white.paste(square, mask=square.getchannel("A"))
    output = io.BytesIO()
    white.save(output, "WEBP", quality=82, method=4)
    return output.getvalue()
