"""Listing help articles."""

from collections.abc import Callable

from mall.auth import NOBODY, Caller
from tests.fixtures.gateway import Answer
from tests.functional.content.test_put_article import BODY


def test_articles_are_listed_by_position_then_slug(invoke: Callable[..., Answer], editor: Caller) -> None:
    for slug, position in (("b", 1), ("a", 1), ("z", 0)):
        invoke("content.put_article", caller=editor, path={"slug": slug}, body=BODY | {"position": position})

    answer = invoke("content.list_articles", caller=editor)

    assert answer.status == 200
    assert [item["slug"] for item in answer.body["items"]] == ["z", "a", "b"]
    assert "body" not in answer.body["items"][0]


def test_a_stranger_lists_nothing(invoke: Callable[..., Answer]) -> None:
    assert invoke("content.list_articles", caller=NOBODY).status == 401
