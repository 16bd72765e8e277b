"""Letting somebody upload their avatar: one file, of one type, into their own folder, for five minutes."""

import base64
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import pytest
import requests

from mall import clock
from mall.auth import NOBODY
from mall.users.avatars.model import MAX_BYTES, owner_of
from tests.fixtures.buckets import content, keys
from tests.fixtures.drawings import encoded, halves
from tests.fixtures.gateway import Answer
from tests.fixtures.people import customer


def conditions(form: dict[str, Any]) -> list[Any]:
    """What S3 holds an upload to."""
    policy: dict[str, Any] = json.loads(base64.b64decode(form["fields"]["policy"]))
    return list(policy["conditions"])


def test_with_the_form_a_picture_gets_into_ones_own_folder(invoke: Callable[..., Answer]) -> None:
    me, file = customer(), encoded(halves())

    answer = invoke("users.create_avatar_upload", caller=me, body={"content_type": "image/jpeg"})

    assert answer.status == 201
    posted = requests.post(answer.body["url"], data=answer.body["fields"], files={"file": file}, timeout=5)
    assert posted.status_code == 204
    (key,) = keys("uploads")
    assert owner_of(key) == me.user_id
    assert content("uploads", key) == file


def test_the_form_is_good_for_one_place_one_type_and_a_limited_size(invoke: Callable[..., Answer]) -> None:
    form = invoke("users.create_avatar_upload", caller=customer(), body={"content_type": "image/png"}).body

    asked = conditions(form)

    assert form["max_bytes"] == MAX_BYTES
    assert ["content-length-range", 1, MAX_BYTES] in asked
    assert {"Content-Type": "image/png"} in asked
    assert {"key": form["fields"]["key"]} in asked
    assert not any(isinstance(condition, list) and condition[0] == "starts-with" for condition in asked)


def test_the_form_is_good_for_five_minutes(invoke: Callable[..., Answer]) -> None:
    form = invoke("users.create_avatar_upload", caller=customer(), body={"content_type": "image/png"}).body

    until = json.loads(base64.b64decode(form["fields"]["policy"]))["expiration"]

    assert 280 < (datetime.fromisoformat(until) - clock.now()).total_seconds() <= 301


def test_every_form_is_for_a_place_of_its_own(invoke: Callable[..., Answer]) -> None:
    me = customer()

    places = [
        invoke("users.create_avatar_upload", caller=me, body={"content_type": "image/webp"}).body["fields"]["key"]
        for _ in range(3)
    ]

    assert len(set(places)) == 3


@pytest.mark.parametrize(
    "body", [{}, {"content_type": "image/svg+xml"}, {"content_type": "text/html"}, {"content_type": "image/gif"}]
)
def test_other_types_are_refused(invoke: Callable[..., Answer], body: dict[str, str]) -> None:
    assert invoke("users.create_avatar_upload", caller=customer(), body=body).status == 400


def test_the_owner_cannot_be_chosen(invoke: Callable[..., Answer]) -> None:
    body = {"content_type": "image/png", "user_id": customer().user_id}

    assert invoke("users.create_avatar_upload", caller=customer(), body=body).status == 400


def test_somebody_uploads_twenty_pictures_a_day(
    invoke: Callable[..., Answer], passing: Callable[..., AbstractContextManager[None]]
) -> None:
    me, body = customer(), {"content_type": "image/png"}
    with clock.at(clock.now()):
        statuses = [invoke("users.create_avatar_upload", caller=me, body=body).status for _ in range(21)]
        other = invoke("users.create_avatar_upload", caller=customer(), body=body)
        with passing(days=1):
            tomorrow = invoke("users.create_avatar_upload", caller=me, body=body)

    assert statuses == [201] * 20 + [429]
    assert (other.status, tomorrow.status) == (201, 201)


def test_a_stranger_gets_no_form(invoke: Callable[..., Answer]) -> None:
    answer = invoke("users.create_avatar_upload", caller=NOBODY, body={"content_type": "image/png"})

    assert answer.status == 401
