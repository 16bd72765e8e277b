"""From an uploaded file to a picture that is shown: six files, one record, counted once, whatever happens."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from mall import config
from mall.auth import Caller
from mall.events.items import OutboxItem
from mall.images import model, service, store, taking
from mall.images.schemas import QuotaChange, Settings, WatermarkSettings
from tests import steps
from tests.fixtures.buckets import content, keys, put
from tests.fixtures.drawings import BLUE, RED, SECRET, colour, decoded, encoded, exif, halves, like
from tests.fixtures.pictures import key_of, merchant, messages, taken, upload

Run = Callable[..., Any]
SIZES = {"1080": (1080, 720), "480": (480, 320), "160": (160, 107)}


@pytest.fixture
def me(aws: object) -> Caller:
    """A merchant."""
    return merchant()


def made(run: Run, *uploads: tuple[Caller, str], attempt: int = 1) -> dict[str, Any]:
    """Have the uploads taken in, as the queue does."""
    keys = (key_of(caller, id) for caller, id in uploads)
    return dict(run("images.make_renditions", messages(*keys, attempt=attempt)))


def news() -> list[tuple[str, dict[str, Any]]]:
    """What the mall was told."""
    return [(item.name, json.loads(item.detail)["data"]) for item in OutboxItem.scan()]


def test_six_files_of_three_sizes_are_made_and_the_upload_is_gone(run: Run, me: Caller) -> None:
    told = {"exif": exif(), "comment": SECRET.encode()}
    id = upload(me, encoded(halves(1500, 1000), **told), file_name="Photos/Shoe.JPG")

    assert made(run, (me, id)) == {"batchItemFailures": []}

    view = service.get(me, id)
    assert (view.state, view.width, view.height) == ("ready", 1500, 1000)
    assert {name.partition(".")[0]: (one.width, one.height) for name, one in view.renditions.items()} == SIZES
    assert keys("media") == set(model.rendition_keys(str(view.picture_id)))
    for side, size in SIZES.items():
        for extension, format in (("jpg", "JPEG"), ("webp", "WEBP")):
            file = content("media", f"p/{view.picture_id}/{side}.{extension}")
            picture = decoded(file)
            assert (picture.format, picture.size) == (format, size)
            assert like(colour(picture, 0.1, 0.5), RED) and like(colour(picture, 0.9, 0.5), BLUE)
            assert SECRET.encode() not in file and not picture.getexif()
            assert view.renditions[f"{side}.{extension}"].bytes == len(file)
            assert extension == "webp" or picture.info["progressive"]
    assert {key.split("/")[0] for key in keys("originals")} == {"originals"}


def test_the_public_may_keep_a_rendition_for_ever_and_a_blur_comes_with_the_record(run: Run, me: Caller) -> None:
    id = taken(me, encoded(halves(900, 600)))

    head = boto3.client("s3").head_object(Bucket=config.bucket("media"), Key=f"p/{id}/480.webp")

    assert head["ContentType"] == "image/webp"
    assert "immutable" in head["CacheControl"] and "max-age=31536000" in head["CacheControl"]
    blur = service.get(me, id).blur
    assert blur is not None and blur.startswith("data:image/webp;base64,") and len(blur) < 1024


def test_the_mall_hears_of_it(run: Run, me: Caller) -> None:
    id = upload(me)

    made(run, (me, id))

    facts = {"picture_id": service.get(me, id).picture_id, "owner": me.merchant_id, "upload_id": id}
    assert news() == [("images.PictureReady", facts)]


def test_a_repeated_message_changes_nothing(run: Run, me: Caller) -> None:
    id = upload(me)
    made(run, (me, id))
    before, held = service.get(me, id), service.account(me)

    assert made(run, (me, id)) == {"batchItemFailures": []}

    assert (service.get(me, id), service.account(me)) == (before, held)
    assert len(news()) == 1


def test_the_same_content_is_stored_once_and_counts_once_for_whoever_uploads_it(run: Run, me: Caller) -> None:
    other, file = merchant(), encoded(halves(500, 300))

    ids = {taken(me, file, file_name="a.jpg"), taken(me, file, file_name="b.jpg"), taken(other, file)}

    (id,) = ids
    assert keys("media") == set(model.rendition_keys(id))
    assert len(keys("originals")) == 1
    assert (service.account(me).pictures, service.account(me).bytes) == (1, len(file))
    assert service.account(other).pictures == 1
    assert service.named(me.merchant_id, ["b.jpg", "A.jpg"]) == {"A.jpg": id, "b.jpg": id}


def test_of_a_small_picture_nothing_is_enlarged(run: Run, me: Caller) -> None:
    id = taken(me, encoded(halves(300, 200)))

    sizes = {name: decoded(content("media", f"p/{id}/{name}")).size for name in ("1080.jpg", "480.webp", "160.jpg")}

    assert sizes == {"1080.jpg": (300, 200), "480.webp": (300, 200), "160.jpg": (160, 107)}


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (b"<svg onload='alert(1)'/>", "NotAPicture"),
        (encoded(halves(), "GIF"), "NotAPicture"),
        (encoded(halves(400, 400))[:500], "NotAPicture"),
        (encoded(halves()) + bytes(model.MAX_BYTES), "TooManyBytes"),
    ],
    ids=["markup", "of another kind", "cut off", "too large"],
)
def test_what_cannot_be_a_picture_says_why_and_holds_up_no_other(
    run: Run, me: Caller, file: bytes, reason: str
) -> None:
    bad, good = upload(me, file), upload(me)

    assert made(run, (me, bad), (me, good)) == {"batchItemFailures": []}

    assert (service.get(me, bad).state, service.get(me, bad).reason) == ("failed", reason)
    assert service.get(me, good).state == "ready"
    failed = {"upload_id": bad, "owner": me.merchant_id, "reason": reason}
    assert ("images.PictureFailed", failed) in news()
    assert service.account(me).pictures == 1
    assert not {key for key in keys("originals") if key.startswith("uploads/")}


def test_a_picture_beyond_the_quota_is_refused_when_it_comes(run: Run, me: Caller) -> None:
    first, second = upload(me, encoded(halves(100, 100))), upload(me, encoded(halves(120, 100)))
    service.set_quota(me.merchant_id, QuotaChange(pictures=1, bytes=10**9))

    made(run, (me, first), (me, second))

    assert [service.get(me, id).reason for id in (first, second)] == [None, "QuotaExceeded"]
    assert service.account(me).pictures == 1


def test_a_picture_beyond_the_quota_of_bytes_is_refused(run: Run, me: Caller) -> None:
    file = encoded(halves(100, 100))
    fits, too_much = upload(me, file), upload(me, encoded(halves(100, 101)))
    service.set_quota(me.merchant_id, QuotaChange(pictures=10, bytes=len(file)))

    made(run, (me, fits), (me, too_much))

    assert [service.get(me, id).reason for id in (fits, too_much)] == [None, "QuotaExceeded"]


def test_what_brings_the_function_down_again_and_again_is_refused_unopened(run: Run, me: Caller) -> None:
    id = upload(me)

    made(run, (me, id), attempt=model.MOST_ATTEMPTS + 1)

    assert (service.get(me, id).state, service.get(me, id).reason) == ("failed", "TooHard")
    assert keys("media") == set()


def test_a_file_that_is_gone_before_it_was_opened_is_told(run: Run, me: Caller) -> None:
    id = upload(me)
    boto3.client("s3").delete_object(Bucket=config.bucket("originals"), Key=key_of(me, id))

    made(run, (me, id))

    assert service.get(me, id).reason == "Lost"


def test_a_file_without_an_upload_is_deleted(run: Run, me: Caller) -> None:
    key = model.upload_key(me.merchant_id, "upl_01KAQ3Z5J8M0T1V2W3X4Y5Z6K6")
    put("originals", key, encoded(halves()))

    assert run("images.make_renditions", messages(key)) == {"batchItemFailures": []}

    assert (keys("originals"), keys("media")) == (set(), set())


def test_the_queues_own_test_message_is_taken(run: Run, me: Caller) -> None:
    batch = messages("uploads/a/b")
    batch["Records"][0]["body"] = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent"})

    assert run("images.make_renditions", batch) == {"batchItemFailures": []}


def test_a_watermark_is_on_the_large_and_the_medium_picture_only(run: Run, me: Caller) -> None:
    mark = taken(me, encoded(halves(100, 100).point(lambda _: 0), "PNG"))
    wanted = WatermarkSettings(picture_id=mark, corner=model.Corner.TOP_LEFT, width=30, strength=100)
    service.change_settings(me, Settings(watermark=wanted))
    file = encoded(halves(1200, 900))

    marked, plain = taken(me, file), taken(me, file, watermark=False)

    black = (0, 0, 0)
    for side, shown in (("1080", black), ("480", black), ("160", RED)):
        assert like(colour(decoded(content("media", f"p/{marked}/{side}.jpg")), 0.1, 0.1), shown)
        assert like(colour(decoded(content("media", f"p/{plain}/{side}.jpg")), 0.1, 0.1), RED)
    assert marked != plain
    assert len({key for key in keys("originals") if key.startswith("originals/")}) == 2


def test_a_function_that_died_anywhere_leaves_nothing_that_the_repetition_does_not_set_right(me: Caller) -> None:
    for death in range(60):
        id = upload(me, encoded(halves(200 + death, 100)), file_name=f"{death}.jpg")
        key = key_of(me, id)
        reached: list[str] = []

        def die(step: str, reached: list[str] = reached, death: int = death) -> None:
            if len(reached) == death:
                raise steps.Killed(step)
            reached.append(step)

        died = False
        try:
            with steps.watched(die):
                taking.take_in(key)
        except steps.Killed:
            died = True
        taking.take_in(key)

        view = service.get(me, id)
        assert view.state == "ready", f"died after {reached}"
        assert set(model.rendition_keys(str(view.picture_id))) <= keys("media"), f"died after {reached}"
        assert service.named(me.merchant_id, [f"{death}.jpg"]), f"died after {reached}"
        if not died:
            break

    assert not died
    assert death >= 24  # six renditions, the original, the record, who holds it, the name, the news: before and after
    assert service.account(me).pictures == death + 1
    assert len([name for name, _ in news() if name == "images.PictureReady"]) == death + 1
    assert not {key for key in keys("originals") if key.startswith("uploads/")}


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_the_same_picture_taken_in_at_once_is_counted_once(
    me: Caller, at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    file = encoded(halves(200, 200))
    uploads = [key_of(me, upload(me, file)) for _ in range(3)]

    results = at_once(*(lambda key=key: taking.take_in(key) for key in uploads), seed=seed)

    assert results == [None] * 3
    account = store.account(me.merchant_id)
    assert (account.pictures, account.bytes) == (1, len(file))
    assert len(news()) == 3


@pytest.mark.parametrize("seed", [None, 1])
def test_the_last_place_of_a_quota_goes_to_one_of_those_who_come_at_once(
    me: Caller, at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    uploads = [upload(me, encoded(halves(50 + number, 50))) for number in range(3)]
    service.set_quota(me.merchant_id, QuotaChange(pictures=1, bytes=10**9))

    at_once(*(lambda id=id: taking.take_in(key_of(me, id)) for id in uploads), seed=seed)

    assert sorted(str(service.get(me, id).reason) for id in uploads) == ["None", "QuotaExceeded", "QuotaExceeded"]
    assert service.account(me).pictures == 1
