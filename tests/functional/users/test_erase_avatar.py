"""Deleting the pictures of a closed account."""

from collections.abc import Callable
from typing import Any

from mall import ids
from mall.users.avatars import model, service
from tests.fixtures.buckets import keys, put
from tests.fixtures.drawings import encoded, halves
from tests.fixtures.people import customer, with_account


def test_pictures_and_uploads_are_deleted_and_nobody_elses(run: Callable[..., Any]) -> None:
    me, other = with_account(), with_account()
    for owner in (me, other):
        upload = model.upload_key(owner.user_id, ids.new("upl"))
        put("uploads", upload, encoded(halves()))
        service.take_in(upload)
        put("uploads", model.upload_key(owner.user_id, ids.new("upl")), b"waiting")

    result = run("users.erase_avatar", {"user_id": me.user_id, "closed_at": "2030-01-01T00:00:00+00:00"})

    assert result == {"pictures": 2}
    left = keys("media") | keys("uploads")
    assert len(left) == 2
    assert {model.owner_of(key) for key in left} == {other.user_id}


def test_an_id_that_begins_like_anothers_takes_nothing_of_theirs(run: Callable[..., Any]) -> None:
    put("media", "avatars/usr_12/upl_1-a.webp", b"x")

    assert run("users.erase_avatar", {"user_id": "usr_1"}) == {"pictures": 0}
    assert keys("media") == {"avatars/usr_12/upl_1-a.webp"}


def test_a_repetition_gets_the_first_answer(run: Callable[..., Any]) -> None:
    me = customer()
    put("media", f"avatars/{me.user_id}/upl_1-a.webp", b"x")

    answers = [run("users.erase_avatar", {"user_id": me.user_id}) for _ in range(2)]

    assert answers == [{"pictures": 1}] * 2


def test_an_attempt_that_died_halfway_is_simply_done_again(aws: object) -> None:
    me = customer()
    put("media", f"avatars/{me.user_id}/upl_1-a.webp", b"x")

    assert [service.erase(me.user_id), service.erase(me.user_id)] == [1, 0]
