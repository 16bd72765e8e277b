"""Letting a merchant upload a picture: one file, of one type, into its own folder, within its quota."""

import base64
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import requests

from mall import clock
from mall.auth import NOBODY, Caller
from mall.images import service, store
from mall.images.model import MAX_BYTES, upload_of
from mall.images.schemas import QuotaChange
from tests.fixtures.buckets import content, keys
from tests.fixtures.drawings import encoded, halves
from tests.fixtures.gateway import Answer
from tests.fixtures.people import customer
from tests.fixtures.pictures import merchant, taken

pytestmark = pytest.mark.usefixtures("aws")
BODY = {"content_type": "image/png", "file_name": "Shoes/Left One.PNG"}


def policy(form: dict[str, Any]) -> dict[str, Any]:
    """What S3 holds an upload to."""
    return dict(json.loads(base64.b64decode(form["fields"]["policy"])))


def test_with_the_form_a_file_gets_into_the_merchants_own_folder(invoke: Callable[..., Answer]) -> None:
    me, file = merchant(), encoded(halves())

    answer = invoke("images.create_upload", caller=me, body=BODY)

    assert answer.status == 201
    posted = requests.post(answer.body["url"], data=answer.body["fields"], files={"file": file}, timeout=5)
    assert posted.status_code == 204
    (key,) = keys("originals")
    assert upload_of(key) == (me.merchant_id, answer.body["id"])
    assert content("originals", key) == file


def test_the_form_is_good_for_one_place_one_type_a_limited_size_and_a_quarter_of_an_hour(
    invoke: Callable[..., Answer],
) -> None:
    form = invoke("images.create_upload", caller=merchant(), body=BODY).body

    asked = policy(form)

    assert form["max_bytes"] == MAX_BYTES
    assert ["content-length-range", 1, MAX_BYTES] in asked["conditions"]
    assert {"Content-Type": "image/png"} in asked["conditions"]
    assert {"key": form["fields"]["key"]} in asked["conditions"]
    assert not any(isinstance(item, list) and item[0] == "starts-with" for item in asked["conditions"])
    assert 880 < (datetime.fromisoformat(asked["expiration"]) - clock.now()).total_seconds() <= 901


def test_until_the_file_came_the_upload_waits(invoke: Callable[..., Answer]) -> None:
    me = merchant()
    upload = invoke("images.create_upload", caller=me, body=BODY).body

    answer = invoke("images.get_picture", caller=me, path={"id": upload["id"]})

    assert (answer.body["state"], answer.body["file_name"]) == ("waiting", "left one.png")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content_type": "image/svg+xml"},
        {"content_type": "image/gif"},
        {"content_type": "image/png", "merchant_id": "mch_1"},
        {"content_type": "image/png", "file_name": "x" * 401},
    ],
)
def test_what_is_no_request_for_a_picture_is_refused(invoke: Callable[..., Answer], body: dict[str, str]) -> None:
    assert invoke("images.create_upload", caller=merchant(), body=body).status == 400


def test_whoever_holds_as_much_as_they_may_gets_no_form(invoke: Callable[..., Answer]) -> None:
    me = merchant()
    taken(me)
    service.set_quota(me.merchant_id, QuotaChange(pictures=1, bytes=10**9))

    answer = invoke("images.create_upload", caller=me, body=BODY)

    assert (answer.status, answer.code) == (409, "QuotaExceeded")
    assert invoke("images.create_upload", caller=merchant(), body=BODY).status == 201


def test_a_form_takes_on_the_watermark_unless_it_is_not_wanted(invoke: Callable[..., Answer]) -> None:
    me = merchant()
    mark = taken(me)
    invoke("images.change_settings", caller=me, body={"watermark": {"picture_id": mark}})

    marked = invoke("images.create_upload", caller=me, body=BODY).body["id"]
    plain = invoke("images.create_upload", caller=me, body=BODY | {"watermark": False}).body["id"]

    found = [store.upload(me.merchant_id, id) for id in (marked, plain)]
    assert [upload.mark is not None for upload in found if upload] == [True, False]


@pytest.mark.parametrize(
    ("caller", "status"),
    [
        (NOBODY, 401),
        (customer(), 403),
        (Caller(user_id="usr_1", merchant_id="mch_1", permissions=frozenset({"users.list_staff"})), 403),
        (Caller(user_id="usr_1", permissions=frozenset({"images.create_upload"})), 403),
    ],
)
def test_only_a_merchants_people_get_one(invoke: Callable[..., Answer], caller: Caller, status: int) -> None:
    assert invoke("images.create_upload", caller=caller, body=BODY).status == status
