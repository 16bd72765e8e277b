"""A merchant's pictures, newest first, page by page."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from mall import clock
from tests.fixtures.drawings import encoded, halves
from tests.fixtures.gateway import Answer
from tests.fixtures.pictures import merchant, taken

pytestmark = pytest.mark.usefixtures("aws")
Invoke = Callable[..., Answer]


def test_they_come_newest_first_in_pages_and_are_ones_own(invoke: Invoke) -> None:
    me, wanted = merchant(), []
    for number in range(3):
        with clock.at(clock.now() + timedelta(minutes=number)):
            wanted.insert(0, taken(me, encoded(halves(30 + number, 30)), file_name=f"{number}.png"))
    taken(merchant())

    first = invoke("images.list_pictures", caller=me, query={"limit": "2"}).body
    second = invoke("images.list_pictures", caller=me, query={"limit": "2", "after": first["next"]}).body

    assert [item["id"] for item in (*first["items"], *second["items"])] == wanted
    assert [item["file_name"] for item in first["items"]] == ["2.png", "1.png"]
    assert second["next"] is None


def test_a_cursor_of_somebody_else_is_refused(invoke: Invoke) -> None:
    me = merchant()
    for number in range(2):
        taken(me, encoded(halves(30 + number, 30)))
    cursor = invoke("images.list_pictures", caller=me, query={"limit": "1"}).body["next"]

    for query in ({"after": cursor}, {"after": "x"}, {"limit": "0"}, {"limit": "101"}):
        assert invoke("images.list_pictures", caller=merchant(), query=query).status == 400
