"""Having pages published by name."""

from collections.abc import Callable
from typing import Any

import pytest

from mall import ids
from mall.auth import NOBODY, Caller
from tests.fixtures.gateway import Answer
from tests.functional.pages.conftest import Queue
from tests.functional.pages.small_shop import LONGJING, MERCHANT

OPERATOR = Caller(user_id=ids.new("usr", slot=1), permissions=frozenset({"pages.publish_pages"}))


def publish(invoke: Callable[..., Answer], *pages: Any, caller: Caller = OPERATOR) -> Answer:
    return invoke("pages.publish_pages", caller=caller, body={"pages": list(pages)})


def test_pages_are_asked_for_once(invoke: Callable[..., Answer], queue: Queue) -> None:
    answer = publish(invoke, "home", f"product:{LONGJING}", "home")
    assert (answer.status, answer.body) == (202, {"queued": 2, "rebuild": None})

    answer = publish(invoke, "home", "article:delivery")

    assert answer.body["queued"] == 1
    assert queue.pages() == ["article:delivery", "home", f"product:{LONGJING}"]


def test_all_pages_are_a_rebuild(invoke: Callable[..., Answer], queue: Queue) -> None:
    answer = publish(invoke, "all", "home")

    assert (answer.status, answer.body["queued"]) == (202, 1)
    assert Queue("rebuilds").messages() == [{"rebuild": answer.body["rebuild"]}]
    assert queue.pages() == ["home"]


@pytest.mark.parametrize("page", ["", "house", "product:", "home:x", "product:../x", f"product:{'x' * 81}", "pro:x"])
def test_what_is_no_page_is_refused_and_nothing_is_asked_for(
    invoke: Callable[..., Answer], queue: Queue, page: str
) -> None:
    answer = publish(invoke, "home", page)

    assert (answer.status, answer.code) == (400, "NotAPage")
    assert queue.pages() == []


@pytest.mark.parametrize("pages", [[], ["home"] * 101, [1]], ids=len)
def test_a_list_of_pages_is_of_one_to_a_hundred_names(invoke: Callable[..., Answer], pages: list[Any]) -> None:
    assert (publish(invoke, *pages).status, publish(invoke, *pages).code) == (400, "Invalid")


def test_who_may_not_publish_is_refused(invoke: Callable[..., Answer], queue: Queue) -> None:
    merchant = Caller(user_id="usr_1", merchant_id=MERCHANT, permissions=OPERATOR.permissions)

    for caller, status in ((NOBODY, 401), (Caller(user_id="usr_1"), 403), (merchant, 403)):
        assert publish(invoke, "home", caller=caller).status == status
    assert queue.pages() == []
