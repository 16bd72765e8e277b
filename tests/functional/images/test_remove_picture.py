"""Giving a picture up, so that it no longer counts."""

from collections.abc import Callable

import pytest

from mall.images import service
from tests.fixtures.gateway import Answer
from tests.fixtures.pictures import merchant, taken

pytestmark = pytest.mark.usefixtures("aws")
Invoke = Callable[..., Answer]


def test_what_is_given_up_no_longer_counts_and_is_no_longer_ones_own(invoke: Invoke) -> None:
    me, other = merchant(), merchant()
    id = taken(me)
    assert taken(other) == id

    answer = invoke("images.remove_picture", caller=me, path={"id": id})

    assert answer.status == 204
    assert service.account(me).pictures == 0
    assert invoke("images.get_picture", caller=me, path={"id": id}).status == 404
    assert invoke("images.get_picture", caller=other, path={"id": id}).status == 200
    assert invoke("images.remove_picture", caller=me, path={"id": id}).code == "NoSuchPicture"


def test_what_is_shown_is_not_given_up(invoke: Invoke) -> None:
    me = merchant()
    id = taken(me)
    service.use({"prd_1": [id]})

    answer = invoke("images.remove_picture", caller=me, path={"id": id})

    assert (answer.status, answer.code) == (409, "PictureInUse")
    service.release([id], user="prd_1")
    assert invoke("images.remove_picture", caller=me, path={"id": id}).status == 204


def test_another_merchants_picture_stays(invoke: Invoke) -> None:
    id = taken(merchant())

    assert invoke("images.remove_picture", caller=merchant(), path={"id": id}).status == 404
    assert service.get_many([id])
