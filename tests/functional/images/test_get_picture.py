"""Reading a picture by its id, or by that of its upload."""

from collections.abc import Callable

import pytest

from mall.auth import Caller
from tests.fixtures.drawings import encoded, halves
from tests.fixtures.gateway import Answer
from tests.fixtures.pictures import merchant, operator, taken, upload

pytestmark = pytest.mark.usefixtures("aws")
Invoke = Callable[..., Answer]


def read(invoke: Invoke, caller: Caller, id: str) -> Answer:
    return invoke("images.get_picture", caller=caller, path={"id": id})


def test_a_picture_tells_its_sizes_and_where_they_are(invoke: Invoke) -> None:
    me = merchant()
    id = taken(me, encoded(halves(900, 600)))

    body = read(invoke, me, id).body

    assert (body["id"], body["state"], body["width"], body["height"], body["uses"]) == (id, "ready", 900, 600, 0)
    assert body["renditions"]["480.webp"]["href"] == f"/media/p/{id}/480.webp"
    assert (body["renditions"]["480.webp"]["width"], body["renditions"]["480.webp"]["height"]) == (480, 320)
    assert body["blur"].startswith("data:image/webp;base64,")


def test_an_upload_is_not_another_merchants_to_see(invoke: Invoke) -> None:
    me = merchant()
    waiting, done = upload(me), taken(me)

    for id in (waiting, done):
        assert read(invoke, me, id).status == 200
        assert (read(invoke, merchant(), id).status, read(invoke, merchant(), id).code) == (404, "NoSuchPicture")


@pytest.mark.parametrize("id", ["pic_" + "0" * 32, "upl_01KAQ3Z5J8M0T1V2W3X4Y5Z6K6", "x", "pic_", "held#x", "account"])
def test_what_is_not_there_is_not_found(invoke: Invoke, id: str) -> None:
    assert read(invoke, merchant(), id).status == 404


def test_the_platforms_people_have_no_pictures_among_merchants(invoke: Invoke) -> None:
    assert read(invoke, operator(), taken(merchant())).status == 403
