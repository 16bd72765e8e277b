"""From a file to pixels: limits before anything is decoded, colours as they were meant, upright, never enlarged."""

import io
from typing import Any

import pytest
from PIL import Image, ImageCms

from mall.imaging.decoding import Limits, decode
from mall.imaging.errors import NotAPicture, TooManyBytes, TooManyFrames, TooManyPixels
from mall.imaging.making import blurred, fitted
from mall.imaging.making import encoded as made
from tests.fixtures.drawings import BLUE, RED, colour, encoded, exif, halves, like

LIMITS = Limits(bytes=10_000_000, pixels=20_000_000, frames=3)


def decoded(file: bytes, side: int = 1080, limits: Limits = LIMITS, **options: Any) -> Image.Image:
    return decode(file, limits, side=side, **options).picture


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((2160, 1080), (1080, 540)),
        ((1080, 2160), (540, 1080)),
        ((100, 50), (100, 50)),
        ((5000, 1), (1080, 1)),
        ((1, 1), (1, 1)),
    ],
)
def test_the_longest_side_is_kept_to_and_nothing_is_enlarged(
    format: str, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    found = decode(encoded(Image.new("RGB", size, RED), format), LIMITS, side=1080)

    assert (found.picture.size, found.picture.mode) == (expected, "RGB")
    assert (found.width, found.height, found.format) == (*size, format)


def test_the_size_is_told_as_people_see_the_picture() -> None:
    found = decode(encoded(halves(300, 200), exif=exif(6)), LIMITS, side=1080)

    assert (found.width, found.height, found.picture.size) == (200, 300, (200, 300))


def test_each_limit_has_its_own_refusal() -> None:
    large = encoded(halves(5000, 4001), "PNG")

    for file, limits, refusal in (
        (encoded(halves()), Limits(bytes=100, pixels=10**9), TooManyBytes),
        (large, LIMITS, TooManyPixels),
        (large, Limits(bytes=10**9, pixels=10**9, memory=10_000_000), TooManyPixels),
        (encoded(halves(4000, 3000), progressive=True), Limits(10**9, 10**9, memory=30_000_000), TooManyPixels),
        (b"text", LIMITS, NotAPicture),
    ):
        with pytest.raises(refusal):
            decoded(file, limits=limits)
    with pytest.raises(TooManyFrames):
        decoded(film_of(5))


def film_of(frames: int) -> bytes:
    """An animation of so many different pictures."""
    first, *others = (Image.new("RGB", (20, 20), (40 * number, 0, 0)) for number in range(frames))
    return encoded(first, "WEBP", save_all=True, append_images=others)


def test_a_baseline_photograph_is_decoded_small_whatever_its_size() -> None:
    assert decoded(encoded(halves(4000, 3000)), limits=Limits(10**9, 10**9, memory=30_000_000)).size == (1080, 810)


def profile(space: Any) -> bytes:
    """The colour profile of a space."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()


def exchanged() -> bytes:
    """An RGB profile whose red and blue primaries are exchanged: what it calls red is blue."""
    srgb = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {}
    for number in range(int.from_bytes(srgb[128:132], "big")):
        entry = 132 + number * 12
        tags[bytes(srgb[entry : entry + 4])] = entry
    red, blue = tags[b"rXYZ"], tags[b"bXYZ"]
    srgb[red + 4 : red + 12], srgb[blue + 4 : blue + 12] = srgb[blue + 4 : blue + 12], srgb[red + 4 : red + 12]
    description = tags[b"desc"]
    at = int.from_bytes(srgb[description + 4 : description + 8], "big")
    length = int.from_bytes(srgb[description + 8 : description + 12], "big")
    srgb[at + 12 : at + length] = srgb[at + 12 : at + length].replace(
        "sRGB".encode("utf-16-be"), "XRGB".encode("utf-16-be")
    )
    return bytes(srgb)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_colours_are_converted_from_the_profile_that_they_were_meant_in(format: str) -> None:
    picture = decoded(encoded(halves(200, 100), format, icc_profile=exchanged()))

    left, right = colour(picture, 0.1, 0.5), colour(picture, 0.9, 0.5)
    assert left[2] > 150 > left[0]
    assert right[0] > 150 > right[2]


@pytest.mark.parametrize(
    "given", [b"", b"no profile", profile("sRGB"), profile("LAB")], ids=["none", "words", "sRGB", "Lab"]
)
def test_a_profile_that_is_none_or_anothers_changes_no_colour(given: bytes) -> None:
    picture = decoded(encoded(halves(200, 100), "PNG", icc_profile=given))

    assert like(colour(picture, 0.1, 0.5), RED, 6) and like(colour(picture, 0.9, 0.5), BLUE, 6)


def test_what_is_see_through_becomes_white_or_stays_so() -> None:
    file = encoded(Image.new("RGBA", (20, 20), (255, 0, 0, 0)), "PNG")

    assert colour(decoded(file), 0.5, 0.5) == (255, 255, 255)
    assert decoded(file, opaque=False).getchannel("A").getextrema() == (0, 0)


def test_no_metadata_gets_into_what_is_made() -> None:
    picture = decoded(encoded(halves(400, 200), exif=exif(1), icc_profile=profile("sRGB"), comment=b"secret"))

    for extension in ("jpg", "webp"):
        found = Image.open(io.BytesIO(made(picture, extension)))
        assert (dict(found.getexif()), found.info.get("icc_profile"), found.info.get("comment")) == ({}, None, None)


@pytest.mark.parametrize("size", [(1080, 720), (720, 1080), (1, 1), (1080, 1)])
def test_a_blur_is_small_enough_for_a_page(size: tuple[int, int]) -> None:
    assert len(blurred(Image.effect_noise(size, 100).convert("RGB"))) < 1024


@pytest.mark.parametrize(
    ("size", "wanted", "fit", "expected"),
    [
        ((1000, 500), (320, 320), "cover", (320, 320)),
        ((1000, 500), (320, 320), "inside", (320, 160)),
        ((100, 50), (320, 320), "cover", (50, 50)),
        ((100, 50), (320, 320), "inside", (100, 50)),
        ((1000, 500), (1280, 400), "cover", (1000, 312)),
        ((1000, 1), (320, 320), "cover", (1, 1)),
        ((1000, 1), (320, 320), "inside", (320, 1)),
    ],
)
def test_a_picture_is_fitted_and_never_enlarged(
    size: tuple[int, int], wanted: tuple[int, int], fit: str, expected: tuple[int, int]
) -> None:
    assert fitted(Image.new("RGB", size), *wanted, fit).size == expected
