"""Making avatars of pictures: upright, square, small, without anything but the picture; and refusing what is none."""

import random
import struct
import zlib

import pytest
from PIL import Image

from mall.imaging.errors import NotAPicture
from mall.users.avatars.model import MAX_BYTES, MAX_PIXELS, owner_of, picture_key, upload_key
from mall.users.avatars.pictures import avatar_of
from tests.fixtures.drawings import BLUE, RED, SECRET, colour, decoded, encoded, exif, halves, like


def png(width: int, height: int, *, colour_type: int = 2, data: bytes = b"", extra: bytes = b"") -> bytes:
    """A PNG file that says it is of this size, whatever it holds."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def white_noise(side: int = 64) -> Image.Image:
    return Image.effect_noise((side, side), 90).convert("RGB")


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", [(320, 200), (200, 320), (10, 10), (1, 1), (3000, 20)])
def test_an_avatar_is_a_square_webp_of_256_pixels(format: str, size: tuple[int, int]) -> None:
    avatar = decoded(avatar_of(encoded(halves(*size), format)))

    assert (avatar.format, avatar.size, avatar.mode) == ("WEBP", (256, 256), "RGB")


def test_a_long_picture_is_cut_to_its_middle() -> None:
    avatar = decoded(avatar_of(encoded(halves(800, 200), "PNG")))

    assert like(colour(avatar, 0.1, 0.5), RED)
    assert like(colour(avatar, 0.9, 0.5), BLUE)


# What is at the top of the upright picture for each orientation that a camera may note.
@pytest.mark.parametrize(
    ("orientation", "left", "top"),
    [
        *[(1, RED, None), (2, BLUE, None), (3, BLUE, None), (4, RED, None)],
        *[(5, None, RED), (6, None, RED), (7, None, BLUE), (8, None, BLUE)],
    ],
)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_picture_taken_with_the_camera_turned_is_shown_upright(
    format: str, orientation: int, left: tuple[int, ...] | None, top: tuple[int, ...] | None
) -> None:
    avatar = decoded(avatar_of(encoded(halves(200, 200), format, exif=exif(orientation))))

    if left:
        assert like(colour(avatar, 0.1, 0.5), left)
    if top:
        assert like(colour(avatar, 0.5, 0.1), top)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_no_metadata_is_kept(format: str) -> None:
    options = {"exif": exif(6), "icc_profile": b"not a profile, but kept by careless tools"}
    comment = {"comment": SECRET.encode()} if format == "JPEG" else {}
    given = encoded(halves(), format, **options, **comment)
    assert SECRET.encode() in given

    made = avatar_of(given)

    avatar = decoded(made)
    assert SECRET.encode() not in made
    assert (dict(avatar.getexif()), avatar.info.get("icc_profile"), avatar.info.get("xmp")) == ({}, None, None)


def test_what_is_see_through_becomes_white() -> None:
    picture = halves(200, 200, "RGBA")
    picture.putalpha(Image.linear_gradient("L").resize((200, 200)).point(lambda value: 0 if value < 128 else 255))

    for format in ("PNG", "WEBP"):
        avatar = decoded(avatar_of(encoded(picture, format)))

        assert like(colour(avatar, 0.1, 0.1), (255, 255, 255))
        assert like(colour(avatar, 0.1, 0.9), RED)


def test_a_palette_with_a_see_through_colour_is_understood() -> None:
    picture = Image.new("P", (50, 50), 0)
    picture.putpalette([0, 255, 0, *RED])
    picture.paste(1, (0, 25, 50, 50))

    avatar = decoded(avatar_of(encoded(picture, "PNG", transparency=0)))

    assert like(colour(avatar, 0.5, 0.1), (255, 255, 255))
    assert like(colour(avatar, 0.5, 0.9), RED)


def test_a_picture_made_for_print_keeps_its_colours() -> None:
    avatar = decoded(avatar_of(encoded(halves(200, 200, "CMYK"))))

    assert like(colour(avatar, 0.1, 0.5), RED)
    assert like(colour(avatar, 0.9, 0.5), BLUE)


@pytest.mark.parametrize(("mode", "value", "grey"), [("L", 90, 90), ("1", 1, 255), ("I;16", 90 * 256, 90)])
def test_a_grey_picture_stays_as_grey_as_it_is(mode: str, value: int, grey: int) -> None:
    avatar = decoded(avatar_of(encoded(Image.new(mode, (60, 60), value), "PNG")))

    assert like(colour(avatar, 0.5, 0.5), (grey, grey, grey), by=4)


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_of_an_animation_the_first_picture_is_shown(format: str) -> None:
    first, second = Image.new("RGB", (50, 50), RED), Image.new("RGB", (50, 50), BLUE)

    avatar = decoded(avatar_of(encoded(first, format, save_all=True, append_images=[second], duration=100)))

    assert getattr(avatar, "n_frames", 1) == 1
    assert like(colour(avatar, 0.5, 0.5), RED)


def test_of_a_phones_double_picture_the_first_is_shown() -> None:
    first, second = Image.new("RGB", (50, 50), RED), Image.new("RGB", (50, 50), BLUE)

    avatar = decoded(avatar_of(encoded(first, "MPO", save_all=True, append_images=[second])))

    assert like(colour(avatar, 0.5, 0.5), RED)


@pytest.mark.parametrize("format", ["GIF", "BMP", "TIFF", "PPM", "ICO", "PDF", "TGA"])
def test_other_kinds_of_pictures_are_refused(format: str) -> None:
    with pytest.raises(NotAPicture):
        avatar_of(encoded(halves(64, 64), format))


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a" + bytes(64),
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        bytes(4096),
    ],
)
def test_what_is_no_picture_is_refused(file: bytes) -> None:
    with pytest.raises(NotAPicture):
        avatar_of(file)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_was_cut_off_is_refused(format: str) -> None:
    file = encoded(white_noise(), format)

    for part in (0.1, 0.5, 0.9):
        with pytest.raises(NotAPicture):
            avatar_of(file[: int(len(file) * part)])


def test_a_file_that_is_too_large_is_refused() -> None:
    file = encoded(halves(), "PNG")

    with pytest.raises(NotAPicture):
        avatar_of(file + bytes(MAX_BYTES))


@pytest.mark.parametrize("size", [(8000, 5001), (16000, 16000), (65000, 65000), (2**31 - 1, 1), (2**31 - 1, 2**31 - 1)])
def test_a_small_file_that_would_unfold_to_a_huge_picture_is_refused_unopened(size: tuple[int, int]) -> None:
    assert size[0] * size[1] > MAX_PIXELS

    with pytest.raises(NotAPicture):
        avatar_of(png(*size, data=zlib.compress(bytes(10_000))))


def test_text_that_would_unfold_to_gigabytes_is_not_unfolded() -> None:
    content = b"Comment\x00\x00" + zlib.compress(bytes(50_000_000), 9)
    bomb = struct.pack(">I", len(content)) + b"zTXt" + content + struct.pack(">I", zlib.crc32(b"zTXt" + content))

    with pytest.raises(NotAPicture):
        avatar_of(png(10, 10, extra=bomb))


def test_whatever_is_damaged_gives_a_picture_or_a_refusal() -> None:
    chance = random.Random(20300101)
    files = [
        encoded(white_noise(40), "JPEG", exif=exif(6)),
        encoded(white_noise(40), "PNG", exif=exif(6)),
        encoded(white_noise(40), "WEBP", exif=exif(6)),
        encoded(halves(40, 40, "CMYK"), "JPEG"),
        encoded(white_noise(40), "MPO", save_all=True, append_images=[white_noise(40)]),
        encoded(halves(40, 40, "P"), "PNG", transparency=1),
    ]

    outcomes = {"picture": 0, "refusal": 0}
    for _ in range(150):
        file = bytearray(chance.choice(files))
        for _ in range(chance.choice([1, 3, 10])):
            file[chance.randrange(chance.choice([60, 200, len(file)]))] = chance.randrange(256)
        try:
            assert decoded(avatar_of(bytes(file))).size == (256, 256)
            outcomes["picture"] += 1
        except NotAPicture:
            outcomes["refusal"] += 1

    assert min(outcomes.values()) > 10


def test_an_upload_lies_in_its_owners_folder_and_so_does_what_is_made_of_it() -> None:
    upload = upload_key("usr_1", "upl_2")

    assert owner_of(upload) == "usr_1"
    assert picture_key(upload, "abc") == "avatars/usr_1/upl_2-abc.webp"
    assert owner_of(picture_key(upload, "abc")) == "usr_1"


def test_a_later_uploads_picture_sorts_behind_an_earlier_ones() -> None:
    earlier, later = upload_key("usr_1", "upl_1"), upload_key("usr_1", "upl_2")

    assert picture_key(earlier, "fff") < picture_key(later, "000")
