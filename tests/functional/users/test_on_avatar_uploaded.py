"""Making an avatar of an uploaded picture: once, the latest one, and never of a closed account."""

import copy
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest

from mall import clock, ids
from mall.auth import Caller
from mall.users import store
from mall.users.avatars import model, service
from mall.users.model import ChangedMeanwhile
from mall.users.profiles import service as profiles
from mall.users.profiles.schemas import ProfileChange
from tests import steps
from tests.fixtures.buckets import content, keys, put
from tests.fixtures.drawings import BLUE, RED, colour, decoded, encoded, exif, halves, like
from tests.fixtures.people import close, with_account

SAMPLE = json.loads((Path(__file__).parents[3] / "events/users/on_avatar_uploaded.json").read_text())
Run = Callable[..., Any]


@pytest.fixture
def me(aws: object) -> Caller:
    """Somebody with an account."""
    return with_account()


def uploaded(me: Caller, file: bytes, *, later: int = 0) -> str:
    """Upload a file, that many seconds later than now, and give its key."""
    key = model.upload_key(me.user_id, ids.new("upl", at=clock.now() + timedelta(seconds=later)))
    put("uploads", key, file)
    return key


def event(*uploads: str) -> dict[str, Any]:
    """What S3 tells the function."""
    given = {"Records": []}
    for key in uploads:
        record = copy.deepcopy(SAMPLE["Records"][0])
        record["s3"]["object"]["key"] = quote_plus(key)
        given["Records"].append(record)
    return given


def avatar(me: Caller) -> str:
    """What the profile shows."""
    return store.load(me.user_id).profile.avatar


def one(file: bytes = b"") -> bytes:
    return file or encoded(halves())


def other() -> bytes:
    return encoded(halves().rotate(180))


def test_an_uploaded_picture_becomes_the_avatar_and_the_upload_is_gone(run: Run, me: Caller) -> None:
    key = uploaded(me, encoded(halves(400, 400), exif=exif(6)))

    run("users.on_avatar_uploaded", event(key))

    picture = decoded(content("media", avatar(me)))
    assert (picture.format, picture.size) == ("WEBP", (256, 256))
    assert like(colour(picture, 0.5, 0.1), RED)
    assert like(colour(picture, 0.5, 0.9), BLUE)
    assert (keys("media"), keys("uploads")) == ({avatar(me)}, set())


def test_the_public_may_keep_it_and_is_told_what_it_is(run: Run, me: Caller) -> None:
    import boto3

    from mall import config

    run("users.on_avatar_uploaded", event(uploaded(me, one())))

    head = boto3.client("s3").head_object(Bucket=config.bucket("media"), Key=avatar(me))
    assert head["ContentType"] == "image/webp"
    assert "immutable" in head["CacheControl"]


def test_a_new_avatar_takes_the_place_of_the_one_before_which_is_withdrawn(run: Run, me: Caller) -> None:
    run("users.on_avatar_uploaded", event(uploaded(me, one())))
    first = avatar(me)

    run("users.on_avatar_uploaded", event(uploaded(me, other(), later=1)))

    assert avatar(me) != first
    assert keys("media") == {avatar(me)}


def test_the_same_event_again_changes_nothing(run: Run, me: Caller) -> None:
    given = event(uploaded(me, one()))
    run("users.on_avatar_uploaded", given)
    before = store.load(me.user_id)

    run("users.on_avatar_uploaded", given)

    assert store.load(me.user_id) == before
    assert keys("media") == {avatar(me)}


def test_an_earlier_upload_that_comes_late_replaces_no_later_one(run: Run, me: Caller) -> None:
    earlier, later = uploaded(me, one()), uploaded(me, other(), later=1)
    run("users.on_avatar_uploaded", event(later))
    shown = avatar(me)

    run("users.on_avatar_uploaded", event(earlier))

    assert avatar(me) == shown
    assert (keys("media"), keys("uploads")) == ({shown}, set())


@pytest.mark.parametrize(
    "file",
    [b"<svg/>", b"", one()[:500], encoded(halves(), "GIF"), one() + bytes(model.MAX_BYTES)],
    ids=["markup", "empty", "cut off", "of another kind", "too large"],
)
def test_what_is_no_picture_is_removed_and_changes_nothing(run: Run, me: Caller, file: bytes) -> None:
    run("users.on_avatar_uploaded", event(uploaded(me, one())))
    before = store.load(me.user_id)

    run("users.on_avatar_uploaded", event(uploaded(me, file, later=1)))

    assert store.load(me.user_id) == before
    assert (keys("media"), keys("uploads")) == ({avatar(me)}, set())


def test_one_event_may_tell_of_several_peoples_pictures(run: Run, me: Caller) -> None:
    friend = with_account()

    run("users.on_avatar_uploaded", event(uploaded(me, one()), uploaded(friend, one())))

    assert keys("media") == {avatar(me), avatar(friend)}
    assert avatar(me) != avatar(friend)


def test_pictures_of_others_are_left_alone(run: Run, me: Caller) -> None:
    friend = with_account()
    run("users.on_avatar_uploaded", event(uploaded(friend, one())))

    run("users.on_avatar_uploaded", event(uploaded(me, one(), later=1)))
    run("users.on_avatar_uploaded", event(uploaded(me, other(), later=2)))

    assert keys("media") == {avatar(me), avatar(friend)}


def test_a_picture_that_comes_after_the_account_was_closed_is_shown_nowhere(run: Run, me: Caller) -> None:
    key = uploaded(me, one())
    close(me)
    service.erase(me.user_id)
    put("uploads", key, one())

    run("users.on_avatar_uploaded", event(key))

    assert (keys("media"), keys("uploads"), avatar(me)) == (set(), set(), "")


def test_a_function_that_died_anywhere_leaves_nothing_that_the_repetition_does_not_set_right(me: Caller) -> None:
    service.take_in(uploaded(me, one()))

    for death in range(20):
        key = uploaded(me, one() if death % 2 else other(), later=death + 1)
        reached: list[str] = []

        def die(step: str, reached: list[str] = reached, death: int = death) -> None:
            if len(reached) == death:
                raise steps.Killed(step)
            reached.append(step)

        died = False
        try:
            with steps.watched(die):
                service.take_in(key)
        except steps.Killed:
            died = True
        service.take_in(key)

        assert avatar(me).startswith(key), f"died after {reached}"
        assert (keys("media"), keys("uploads")) == ({avatar(me)}, set()), f"died after {reached}"
        if not died:
            break

    assert not died
    assert death >= 8  # publish, note, withdraw, forget: before and after each


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_of_pictures_taken_in_at_once_the_latest_is_shown_and_no_other(
    me: Caller, at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    uploads = [uploaded(me, one(), later=1), uploaded(me, other(), later=2), uploaded(me, one(), later=3)]

    results = at_once(*(lambda key=key: service.take_in(key) for key in uploads), seed=seed)

    assert results == [None] * 3
    assert avatar(me).startswith(uploads[-1])
    assert (keys("media"), keys("uploads")) == ({avatar(me)}, set())


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_a_profile_that_is_changed_at_the_same_moment_gets_its_avatar_all_the_same(
    me: Caller, at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    key, change = uploaded(me, one()), ProfileChange(nickname="安娜")

    taken, changed = at_once(lambda: service.take_in(key), lambda: profiles.update_profile(me, change), seed=seed)

    assert taken is None
    assert avatar(me).startswith(key)
    assert store.load(me.user_id).profile.nickname == "安娜" or isinstance(changed, ChangedMeanwhile)


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_an_account_that_is_closed_at_the_same_moment_is_left_without_any_picture(
    me: Caller, at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    key = uploaded(me, one())

    def end() -> None:
        try:
            close(me)
        except ChangedMeanwhile:
            close(me)
        service.erase(me.user_id)

    results = at_once(lambda: service.take_in(key), end, seed=seed)

    assert results == [None, None]
    assert (keys("media"), keys("uploads")) == (set(), set())
