"""Having pages rendered anew by what they show."""

from collections.abc import Callable

import pytest

from mall import ids
from mall.auth import NOBODY, Caller
from mall.pages import rendering
from mall.pages.press import Press
from tests.fixtures.gateway import Answer
from tests.functional.pages.conftest import Queue, page
from tests.functional.pages.small_shop import LONGJING, MERCHANT

OPERATOR = Caller(user_id=ids.new("usr", slot=1), permissions=frozenset({"pages.invalidate_pages"}))


def invalidate(invoke: Callable[..., Answer], *tags: str, caller: Caller = OPERATOR) -> Answer:
    return invoke("pages.invalidate_pages", caller=caller, body={"tags": list(tags)})


def test_pages_that_show_one_of_the_things_are_asked_for(
    invoke: Callable[..., Answer], press: Callable[[], Press], queue: Queue
) -> None:
    for name in ("home", f"product:{LONGJING}", "search"):
        rendering.render(page(name), press())
    queue.pages()

    answer = invalidate(invoke, f"merchant:{MERCHANT}", f"product:{LONGJING}", "content:no-such")

    assert (answer.status, answer.body) == (202, {"pages": 2})
    assert queue.pages() == ["home", f"product:{LONGJING}"]
    # They are about to be rendered, so a repetition changes nothing.
    assert invalidate(invoke, f"merchant:{MERCHANT}").body == {"pages": 2}
    assert queue.pages() == []


@pytest.mark.parametrize("tag", ["", "all", "user:usr_1", "product:", "product:a/b", "product"])
def test_what_is_no_tag_is_refused(invoke: Callable[..., Answer], tag: str) -> None:
    answer = invalidate(invoke, tag)

    assert (answer.status, answer.code) == (400, "NotATag")


def test_who_may_not_invalidate_is_refused(invoke: Callable[..., Answer]) -> None:
    for caller, status in ((NOBODY, 401), (Caller(user_id="usr_1"), 403)):
        assert invalidate(invoke, "home", caller=caller).status == status
    assert invoke("pages.invalidate_pages", caller=OPERATOR, body={"tags": []}).code == "Invalid"
