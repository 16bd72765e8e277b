"""Other sizes of pictures: those of the list, with our signature, made once and then served as they are."""

import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from mall import clock, config
from mall.auth import Caller
from mall.images import addresses, collecting, service, store
from mall.images.heat import store as heat
from mall.images.heat.model import Level, Tally, long_slots
from mall.images.sizes import service as sizes
from tests.fixtures.buckets import content, keys, put
from tests.fixtures.drawings import BLUE, RED, colour, decoded, encoded, exif, halves, like
from tests.fixtures.pictures import merchant, taken

Run = Callable[..., Any]
ABSENT = "pic_" + "0" * 32


@pytest.fixture
def me(aws: object) -> Caller:
    """A merchant."""
    return merchant()


def asked(run: Run, address: str, *, edge: bool = True) -> dict[str, Any]:
    """The function's answer to what the distribution makes of a request for `address`."""
    parts = urlsplit(address)
    event = {
        "rawPath": parts.path.removeprefix("/media"),
        "queryStringParameters": {name: values[0] for name, values in parse_qs(parts.query).items()},
        "headers": {"x-mall-edge": config.get("MALL_EDGE_SECRET")} if edge else {},
    }
    return dict(run("images.get_size", event))


def shown(answer: dict[str, Any]) -> Any:
    """The picture in an answer."""
    return decoded(base64.b64decode(answer["body"]))


def tallied(level: Level) -> Tally:
    """What was counted for a level."""
    sizes.flush()
    return heat.levels(long_slots(clock.now(), kind="l"))[level]


@pytest.mark.parametrize(
    ("width", "height", "fit", "extension", "size"),
    [
        (320, 320, "cover", "webp", (320, 320)),
        (1280, 400, "cover", "jpg", (1280, 400)),
        (640, 640, "inside", "webp", (640, 427)),
        (1920, 1920, "inside", "jpg", (1500, 1000)),
    ],
)
def test_a_size_of_the_list_is_made_kept_and_given(
    run: Run, me: Caller, width: int, height: int, fit: str, extension: str, size: tuple[int, int]
) -> None:
    id = taken(me, encoded(halves(1500, 1000)))

    answer = asked(run, addresses.sized(id, width, height, fit, extension))

    picture = shown(answer)
    assert (answer["statusCode"], picture.size) == (200, size)
    assert like(colour(picture, 0.1, 0.5), RED) and like(colour(picture, 0.9, 0.5), BLUE)
    assert answer["headers"]["Content-Type"] == {"jpg": "image/jpeg", "webp": "image/webp"}[extension]
    assert "immutable" in answer["headers"]["Cache-Control"]
    assert content("media", f"s/{id}/{width}x{height}-{fit}.{extension}") == base64.b64decode(answer["body"])


def test_it_is_made_once_then_read_once_then_remembered(run: Run, me: Caller) -> None:
    id = taken(me)
    address = addresses.sized(id, 96, 96)
    first = asked(run, address)
    sizes.forget()
    put("media", f"s/{id}/96x96-cover.webp", b"what is stored")

    second, third = asked(run, address), asked(run, address)

    assert first["statusCode"] == 200
    assert [base64.b64decode(answer["body"]) for answer in (second, third)] == [b"what is stored"] * 2
    assert (tallied(Level.MEMORY), tallied(Level.STORE)) == (Tally(1, 1), Tally(1, 0))


def test_a_turned_picture_is_cut_upright(run: Run, me: Caller) -> None:
    id = taken(me, encoded(halves(800, 400), exif=exif(6)))

    picture = shown(asked(run, addresses.sized(id, 400, 300)))

    assert like(colour(picture, 0.5, 0.1), RED) and like(colour(picture, 0.5, 0.9), BLUE)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("321x320-cover.webp", 404),
        ("320x320-stretch.webp", 404),
        ("320x320-cover.png", 404),
        ("0320x320-cover.webp", 404),
        ("320x320-cover.webp.webp", 404),
        ("99999x99999-inside.jpg", 404),
        ("x", 404),
        ("..", 404),
    ],
)
def test_what_is_not_on_the_list_is_not_made_whatever_its_signature(
    run: Run, me: Caller, name: str, status: int
) -> None:
    id = taken(me)

    answer = asked(run, f"/media/s/{id}/{name}?sig={addresses.signature(id, name)}")

    assert (answer["statusCode"], answer["body"]) == (status, "NoSuchSize")
    assert not {key for key in keys("media") if key.startswith("s/")}


def test_a_size_without_our_signature_is_not_made(run: Run, me: Caller) -> None:
    id, other = taken(me), taken(me, encoded(halves(50, 50)))
    of_other = addresses.sized(other, 320, 320).partition("sig=")[2]

    answers = [
        asked(run, f"/media/s/{id}/320x320-cover.webp{query}") for query in ("", "?sig=", "?sig=é", f"?sig={of_other}")
    ]

    assert [(answer["statusCode"], answer["body"]) for answer in answers] == [(403, "BadSignature")] * 4
    assert not {key for key in keys("media") if key.startswith("s/")}


def test_only_the_distribution_is_answered(run: Run, me: Caller) -> None:
    answer = asked(run, addresses.sized(taken(me), 320, 320), edge=False)

    assert (answer["statusCode"], answer["body"]) == (403, "Forbidden")


def test_an_address_that_is_none_leads_to_nothing(run: Run, me: Caller) -> None:
    assert asked(run, "/media/elsewhere")["statusCode"] == 404


def test_what_is_not_there_is_remembered_for_ten_seconds_only(run: Run, me: Caller) -> None:
    address = addresses.sized(ABSENT, 320, 320)

    first, second = asked(run, address), asked(run, address)

    assert [answer["statusCode"] for answer in (first, second)] == [404, 404]
    assert first["headers"]["Cache-Control"] == "public, max-age=10"
    assert (tallied(Level.MEMORY), tallied(Level.STORE)) == (Tally(1, 1), Tally(0, 1))


def test_sizes_go_with_their_picture(run: Run, me: Caller) -> None:
    id = taken(me)
    asked(run, addresses.sized(id, 320, 320))
    picture = store.load(id)
    assert picture is not None

    collecting.finish(picture)
    sizes.forget()

    assert keys("media") == set()
    assert asked(run, addresses.sized(id, 320, 320))["statusCode"] == 404


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_a_size_that_is_made_while_its_picture_is_deleted_is_not_left_behind(
    me: Caller, at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    id = taken(me)
    picture = store.load(id)
    assert picture is not None
    name = "320x320-cover.webp"

    at_once(lambda: sizes.get(id, name, addresses.signature(id, name)), lambda: collecting.finish(picture), seed=seed)

    assert keys("media") == set()


def test_a_watermark_is_on_other_sizes_too(run: Run, me: Caller) -> None:
    from mall.images.schemas import Settings, WatermarkSettings

    mark = taken(me, encoded(halves(100, 100).point(lambda _: 0), "PNG"))
    wanted = WatermarkSettings.model_validate({"picture_id": mark, "corner": "top_left", "width": 40, "strength": 100})
    service.change_settings(me, Settings(watermark=wanted))
    id = taken(me, encoded(halves(900, 900)))

    picture = shown(asked(run, addresses.sized(id, 640, 640)))

    assert like(colour(picture, 0.1, 0.1), (0, 0, 0))
    assert like(colour(picture, 0.1, 0.9), RED)


@pytest.mark.parametrize("seed", [None, 1])
def test_whoever_asks_at_once_gets_the_same(me: Caller, at_once: Callable[..., list[Any]], seed: int | None) -> None:
    id, name = taken(me), "320x320-cover.webp"

    results = at_once(*[lambda: sizes.get(id, name, addresses.signature(id, name))] * 3, seed=seed)

    assert len({result.content for result in results}) == 1
