"""Reading a help article."""

from collections.abc import Callable

from mall.auth import NOBODY, Caller
from tests.fixtures.gateway import Answer
from tests.functional.content.test_put_article import BODY


def test_an_article_is_read_as_it_was_written(invoke: Callable[..., Answer], editor: Caller) -> None:
    written = invoke("content.put_article", caller=editor, path={"slug": "delivery"}, body=BODY)

    answer = invoke("content.get_article", caller=editor, path={"slug": "delivery"})

    assert (answer.status, answer.body) == (200, written.body)


def test_an_article_that_is_not_there_is_not_found(invoke: Callable[..., Answer], editor: Caller) -> None:
    for slug, status, code in (("delivery", 404, "NoSuchArticle"), ("No Such", 400, "NotASlug")):
        answer = invoke("content.get_article", caller=editor, path={"slug": slug})
        assert (answer.status, answer.code) == (status, code)


def test_a_stranger_reads_no_drafts_of_the_back_office(invoke: Callable[..., Answer]) -> None:
    assert invoke("content.get_article", caller=NOBODY, path={"slug": "delivery"}).status == 401
