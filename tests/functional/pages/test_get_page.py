"""Reading what is published of a page."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from mall import clock, ids
from mall.auth import NOBODY, Caller
from mall.pages import rendering, service
from mall.pages.press import Press
from tests.fixtures.gateway import Answer
from tests.functional.pages.conftest import page
from tests.functional.pages.small_shop import BRAND, GREEN, LONGJING, MERCHANT, NOON, TEAS

OPERATOR = Caller(user_id=ids.new("usr", slot=1), permissions=frozenset({"pages.get_page"}))


def test_a_page_tells_where_it_is_since_when_and_of_what(
    invoke: Callable[..., Answer], press: Callable[[], Press]
) -> None:
    name = f"product:{LONGJING}"
    with clock.at(NOON):
        rendering.render(page(name), press())
    with clock.at(NOON + timedelta(hours=1)):
        service.publish([page(name)], delay=30)

    answer = invoke("pages.get_page", caller=OPERATOR, path={"page": name})

    assert answer.status == 200
    assert answer.body == {
        "page": name,
        "addresses": [f"/p/{LONGJING}/", f"/en/p/{LONGJING}/"],
        "state": "live",
        "version": 1,
        "published_at": "2030-01-01T12:00:00Z",
        "checked_at": "2030-01-01T12:00:00Z",
        "due": "2030-01-01T13:00:30Z",
        "tags": sorted([f"brand:{BRAND}", f"category:{GREEN}", f"category:{TEAS}", f"merchant:{MERCHANT}", name]),
    }


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [("home", 404, "NoSuchPage"), ("all", 404, "NoSuchPage"), ("nonsense", 400, "NotAPage")],
)
def test_of_what_was_never_published_nothing_is_known(
    invoke: Callable[..., Answer], name: str, status: int, code: str
) -> None:
    answer = invoke("pages.get_page", caller=OPERATOR, path={"page": name})

    assert (answer.status, answer.code) == (status, code)


def test_a_stranger_is_not_told(invoke: Callable[..., Answer]) -> None:
    assert invoke("pages.get_page", caller=NOBODY, path={"page": "home"}).status == 401
