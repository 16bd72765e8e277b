"""Pictures of the deployed mall: through every door, and a crowd of them without loss while workers are killed."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.fixtures.drawings import decoded, encoded, halves
from tests.local.conftest import LocalMall
from tests.local.crowd import Crowd, kill_worker

# `python -m tests.bench.crowd` does it with a thousand.
PICTURES = int(os.environ.get("MALL_PICTURES", "60"))


@pytest.fixture(scope="module")
def owner(mall: LocalMall) -> str:
    """A merchant's token."""
    return mall.token("merchant_owner")


def through_site(mall: LocalMall, path: str, **headers: str) -> requests.Response:
    """What the mall's one address answers."""
    host = mall.description["site"].removeprefix("http://").split(":")[0]
    return requests.get(f"{mall.description['endpoint']}{path}", headers={"Host": host, **headers}, timeout=30)


def uploaded(mall: LocalMall, token: str, file: bytes, seconds: float = 60) -> dict[str, object]:
    """Upload a file and wait for what becomes of it."""
    form = mall.visitor.call("POST", "/api/merchant/pictures", {"content_type": "image/jpeg"}, token=token).body
    mall.visitor.upload(form, file, "picture.jpg")
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = mall.visitor.call("GET", f"/api/merchant/pictures/{form['id']}", token=token).body
        if found["state"] in {"ready", "failed"}:
            return dict(found)
        time.sleep(0.2)
    raise AssertionError(f"not taken in within {seconds} s: {found}")


def test_an_uploaded_picture_is_shown_in_every_size_and_in_the_format_that_the_browser_takes(
    mall: LocalMall, owner: str
) -> None:
    made = uploaded(mall, owner, encoded(halves(1300, 900)))
    id = made["picture_id"]

    plain = through_site(mall, f"/media/p/{id}/480.webp")
    old = through_site(mall, f"/media/n/{id}/480", Accept="image/png,*/*;q=0.8")
    new = through_site(mall, f"/media/n/{id}/480", Accept="image/avif,image/webp,*/*;q=0.8")
    never = through_site(mall, f"/media/n/{id}/480", Accept="image/webp;q=0,image/*")

    assert (plain.status_code, decoded(plain.content).size) == (200, (480, 332))
    assert "immutable" in plain.headers["Cache-Control"]
    assert [answer.headers["Content-Type"] for answer in (old, new, never)] == [
        "image/jpeg",
        "image/webp",
        "image/jpeg",
    ]
    assert old.headers["Vary"] == "Accept"
    assert through_site(mall, f"/media/originals/{id}").status_code in {403, 404}


def test_another_size_is_made_when_it_is_asked_for_and_only_with_its_signature(mall: LocalMall, owner: str) -> None:
    id = uploaded(mall, owner, encoded(halves(1100, 700)))["picture_id"]
    address = mall.visitor.call("GET", f"/api/merchant/pictures/{id}/address?width=320&height=320", token=owner).body[
        "href"
    ]

    forged = through_site(mall, address[:-1] + ("0" if address[-1] != "0" else "1"))
    first, second = through_site(mall, address), through_site(mall, address)

    # Once it is made it is a file like any other, whoever asks for it: what is signed is the making.
    assert (forged.status_code, forged.text) == (403, "BadSignature")
    assert (first.status_code, first.headers["Content-Type"]) == (200, "image/webp")
    assert decoded(first.content).size == (320, 320)
    assert second.content == first.content


def test_a_file_that_is_no_picture_says_why_and_lies_in_the_queue_of_the_refused(mall: LocalMall, owner: str) -> None:
    made = uploaded(mall, owner, b"<svg/>")
    queue = mall.client("sqs").get_queue_url(QueueName="local-images-refused-dead")["QueueUrl"]

    bodies = ""
    deadline = time.monotonic() + 30
    while str(made["id"]) not in bodies and time.monotonic() < deadline:
        received = mall.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        bodies += "".join(message["Body"] for message in received.get("Messages", ()))

    assert (made["state"], made["reason"]) == ("failed", "NotAPicture")
    assert str(made["id"]) in bodies and "NotAPicture" in bodies


def test_of_a_crowd_of_pictures_none_is_lost_while_workers_are_killed(mall: LocalMall, owner: str) -> None:
    crowd = Crowd(mall.visitor, owner, PICTURES)

    killed = crowd.upload(kill=lambda: kill_worker(mall.state), kills=2)
    states = crowd.wait(seconds=240)

    assert killed == 2
    assert states == {"ready": PICTURES}
    assert len(crowd.pictures) == PICTURES
    with ThreadPoolExecutor(4) as pool:
        paths = [f"/media/p/{id}/{name}" for id in crowd.pictures for name in ("1080.jpg", "160.webp")]
        statuses = set(pool.map(lambda path: through_site(mall, path).status_code, paths))
    assert statuses == {200}


def test_what_merchants_and_operators_do_with_pictures_works_with_the_rights_that_functions_have(
    mall: LocalMall, owner: str
) -> None:
    operator = mall.token("operator")
    id = str(uploaded(mall, owner, encoded(halves(333, 222)))["picture_id"])

    def call(method: str, path: str, body: object = None, *, token: str = owner, expect: int = 200) -> Any:
        answer = mall.visitor.call(method, path, body, token=token)
        assert answer.status == expect, answer.body
        return answer.body

    assert id in [item["id"] for item in call("GET", "/api/merchant/pictures?limit=100")["items"]]
    marked = call("PUT", "/api/merchant/picture-settings", {"watermark": {"picture_id": id}})
    assert marked["watermark"]["picture_id"] == id
    assert uploaded(mall, owner, encoded(halves(700, 500)))["state"] == "ready"
    call("DELETE", f"/api/merchant/pictures/{id}", expect=409)
    call("PUT", "/api/merchant/picture-settings", {"watermark": None})
    assert call("GET", "/api/merchant/picture-settings")["watermark"] is None
    call("DELETE", f"/api/merchant/pictures/{id}", expect=204)
    call("POST", "/api/pictures/loads", {"loads": 10, "kept": 4}, token="", expect=204)
    levels = call("GET", "/api/admin/picture-cache?hours=1", token=operator)["levels"]
    assert next(level for level in levels if level["level"] == "browser")["hits"] >= 4
    other = str(uploaded(mall, owner, encoded(halves(334, 222)))["picture_id"])
    plan = {"picture_ids": [other], "since": "2030-01-01T00:00:00Z", "until": "2030-01-02T00:00:00Z"}
    assert call("POST", "/api/admin/picture-campaigns", plan, token=operator, expect=201)["items"]
    form = call("POST", "/api/admin/pictures", {"content_type": "image/png"}, token=operator, expect=201)
    assert call("GET", f"/api/admin/pictures/{form['id']}", token=operator)["state"] == "waiting"
    quota = {"pictures": 20_000, "bytes": 20 * 1024**3}
    path = "/api/admin/picture-quotas/mch_01KAQ3Z5J8M0T1V2W3X4Y5Z6D00A"
    assert call("PUT", path, quota, token=operator)["max_pictures"] == 20_000
    collected = mall.client("lambda").invoke(FunctionName="local-images-collect_unused", Payload=b"{}")
    assert "FunctionError" not in collected, collected["Payload"].read()
