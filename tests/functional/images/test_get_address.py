"""The signed address of another size."""

from collections.abc import Callable

import pytest

from mall.images import addresses
from tests.fixtures.gateway import Answer
from tests.fixtures.pictures import merchant, taken

pytestmark = pytest.mark.usefixtures("aws")
Invoke = Callable[..., Answer]
QUERY = {"width": "320", "height": "320"}


def test_the_address_bears_our_signature(invoke: Invoke) -> None:
    me = merchant()
    id = taken(me)

    href = invoke("images.get_address", caller=me, path={"id": id}, query=QUERY | {"format": "jpg"}).body["href"]

    head, _, given = href.partition("?sig=")
    assert head == f"/media/s/{id}/320x320-cover.jpg"
    addresses.check(id, "320x320-cover.jpg", given)


@pytest.mark.parametrize(
    ("change", "status"), [({"width": "321"}, 404), ({"fit": "stretch"}, 400), ({"format": "gif"}, 400)]
)
def test_what_is_not_on_the_list_has_no_address(invoke: Invoke, change: dict[str, str], status: int) -> None:
    me = merchant()

    assert invoke("images.get_address", caller=me, path={"id": taken(me)}, query=QUERY | change).status == status


def test_of_another_merchants_picture_none_is_given(invoke: Invoke) -> None:
    answer = invoke("images.get_address", caller=merchant(), path={"id": taken(merchant())}, query=QUERY)

    assert (answer.status, answer.code) == (404, "NoSuchPicture")
