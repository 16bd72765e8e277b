"""From a file to pixels: nothing is believed but the content, and hardly more is decoded than is needed."""

import io
import struct
import warnings
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps

from mall.imaging.errors import NotAPicture, TooManyBytes, TooManyFrames, TooManyPixels

FORMATS = ("JPEG", "PNG", "WEBP")
# Lanczos is a little sharper (some 3 % fewer bytes for the same SSIM), and makes six renditions take some 6 % longer.
_FILTER = Image.Resampling.BICUBIC
_ORIENTATION = 0x0112
# What decoding holds at once for each pixel: WebP's decoder keeps two frames beside the one that it hands out.
_BYTES_A_PIXEL = {"1": 1, "L": 1, "P": 1, "LA": 4, "I;16": 6, "I": 6, "RGB": 4, "RGBA": 8, "CMYK": 4, "WEBP": 16}
# A progressive JPEG keeps all its coefficients, two bytes each, until its last scan.
_COEFFICIENT_BYTES = 2
_ORIENTED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a picture is taken in: all of it is checked before a pixel is decoded."""

    bytes: int
    pixels: int
    frames: int = 1_000
    memory: int = 320 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture within some longest side, upright, with the size and the format that the file had."""

    picture: Image.Image
    width: int
    height: int
    format: str


def decode(file: bytes, limits: Limits, *, side: int, opaque: bool = True) -> Decoded:
    """The first picture in `file`, upright, in sRGB, at most `side` pixels long, never enlarged.

    What is see-through becomes white unless `opaque` is False. Raises NotAPicture or one of its kinds.
    """
    if len(file) > limits.bytes:
        raise TooManyBytes
    try:
        # Pillow warns of large and of damaged pictures, both of which we deal with.
        with warnings.catch_warnings(action="ignore"):
            return _decoded(file, limits, side, opaque)
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, struct.error) as error:
        raise NotAPicture from error
    except Image.DecompressionBombError as error:
        raise TooManyPixels from error


def shrunk(picture: Image.Image, side: int, *, resample: Image.Resampling = _FILTER) -> Image.Image:
    """The picture with its longer side at most `side`; itself where it is that small already."""
    longest = max(picture.size)
    if longest <= side:
        return picture
    size = (max(1, round(picture.width * side / longest)), max(1, round(picture.height * side / longest)))
    return picture.resize(size, resample)


def _decoded(file: bytes, limits: Limits, side: int, opaque: bool) -> Decoded:
    picture = Image.open(io.BytesIO(file), formats=FORMATS)
    width, height = picture.size
    if width * height > limits.pixels:
        raise TooManyPixels
    if getattr(picture, "n_frames", 1) > limits.frames:
        raise TooManyFrames
    orientation = picture.getexif().get(_ORIENTATION)
    profile = picture.info.get("icc_profile")
    # A JPEG is decoded at a half, a quarter or an eighth, whatever leaves enough to scale down from.
    picture.draft(picture.mode, (side, side))
    if _memory(picture, width * height) > limits.memory:
        raise TooManyPixels
    small = shrunk(_plain(picture), side)
    if orientation in _ORIENTED:
        small = small.transpose(_ORIENTED[orientation])
        if orientation >= 5:
            width, height = height, width
    shown = in_srgb(small, profile, opaque=opaque)
    # Pillow carries comments over from picture to picture, and into the file that it writes at last.
    shown.info = {}
    return Decoded(shown, width, height, str(picture.format))


def _memory(picture: Image.Image, pixels: int) -> int:
    """About how many bytes decoding takes."""
    key = "WEBP" if picture.format == "WEBP" else picture.mode
    needed = picture.width * picture.height * _BYTES_A_PIXEL.get(key, 8)
    if picture.info.get("progressive") or picture.info.get("progression"):
        needed += pixels * len(picture.getbands()) * _COEFFICIENT_BYTES
    return needed


def _plain(picture: Image.Image) -> Image.Image:
    """The picture in a mode that can be scaled: no palette, no 16 bits, no bitmap."""
    picture.load()
    if picture.mode.startswith("I"):
        # 16 bits of grey, of which Pillow would cut off the upper ones.
        return picture.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if picture.mode in {"P", "PA"} or "transparency" in picture.info:
        return picture.convert("RGBA")
    if picture.mode == "1":
        return picture.convert("L")
    return picture


def in_srgb(picture: Image.Image, profile: bytes | None, *, opaque: bool = True) -> Image.Image:
    """The picture in sRGB as RGB, or as RGBA where it is see-through and may stay so."""
    alpha = picture.getchannel("A") if "A" in picture.getbands() else None
    if alpha is not None:
        picture = picture.convert("LA" if picture.mode == "LA" else "RGBA")
        picture = picture.convert("L" if picture.mode == "LA" else "RGB")
    colours = _converted(picture, profile) if profile else picture.convert("RGB")
    if alpha is None:
        return colours
    if not opaque:
        colours.putalpha(alpha)
        return colours
    white = Image.new("RGB", colours.size, "white")
    white.paste(colours, mask=alpha)
    return white


def _converted(picture: Image.Image, profile: bytes) -> Image.Image:
    """The picture converted from the colours of its `profile`; a profile that is none, or another's, is left out."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = source.profile.xcolor_space.strip()
        mode = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}.get(space)
        if "sRGB" in (source.profile.profile_description or "") or mode is None:
            return picture.convert("RGB")
        if mode == "RGB" and picture.mode == "L":
            picture = picture.convert("RGB")
        if mode != picture.mode:
            return picture.convert("RGB")
        made = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture.convert("RGB")
    return made if made is not None else picture.convert("RGB")


def square(picture: Image.Image, side: int) -> Image.Image:
    """The middle of the picture as a square of `side` pixels."""
    return ImageOps.fit(picture, (side, side), Image.Resampling.LANCZOS)
