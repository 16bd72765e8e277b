"""Taking a help article away."""

from collections.abc import Callable

from mall.auth import NOBODY, Caller
from mall.content import service
from tests.fixtures.gateway import Answer
from tests.functional.content.test_put_article import BODY


def test_an_article_is_taken_away_and_a_repetition_changes_nothing(
    invoke: Callable[..., Answer], editor: Caller
) -> None:
    invoke("content.put_article", caller=editor, path={"slug": "delivery"}, body=BODY)

    for _ in range(2):
        assert invoke("content.remove_article", caller=editor, path={"slug": "delivery"}).status == 204

    assert service.articles() == []


def test_who_may_not_remove_is_refused(invoke: Callable[..., Answer], editor: Caller) -> None:
    invoke("content.put_article", caller=editor, path={"slug": "delivery"}, body=BODY)

    assert invoke("content.remove_article", caller=NOBODY, path={"slug": "delivery"}).status == 401
    assert invoke("content.remove_article", caller=editor, path={"slug": "A B"}).code == "NotASlug"
    assert len(service.articles()) == 1
