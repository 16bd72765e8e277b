"""Writing a help article."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from mall import clock
from mall.auth import NOBODY, Caller
from mall.content import service
from mall.content.model import ContentChangedMeanwhile
from mall.content.schemas import ArticleBody
from mall.events import Event, outbox
from tests.fixtures.gateway import Answer

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
BODY: dict[str, Any] = {"title": {"zh-CN": "配送", "en": "Delivery"}, "body": {"en": "<p>Sent the same day.</p>"}}


@pytest.fixture
def put(invoke: Callable[..., Answer], editor: Caller) -> Callable[..., Answer]:
    """Write an article as somebody who may."""
    return lambda slug="delivery", **changes: invoke(
        "content.put_article", caller=editor, path={"slug": slug}, body=BODY | changes
    )


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """The news that were written down."""
    news: list[Event] = []
    monkeypatch.setattr(outbox, "watchers", [*outbox.watchers, news.append])
    return news


def test_an_article_is_written(put: Callable[..., Answer], told: list[Event]) -> None:
    with clock.at(NOON):
        answer = put(position=3)

    assert answer.status == 200
    assert answer.body == BODY | {
        "slug": "delivery",
        "position": 3,
        "updated_at": "2030-01-01T12:00:00Z",
        "version": 1,
    }
    assert [(news.name, dict(news.data)) for news in told] == [
        ("content.ContentChanged", {"kind": "article", "id": "delivery", "listing": True})
    ]


def test_an_article_is_written_anew_and_lists_hear_of_it_only_if_they_show_it(
    put: Callable[..., Answer], told: list[Event]
) -> None:
    put()

    assert put(body={"en": "<p>Sent within the hour.</p>"}).body["version"] == 2
    assert put(title={"en": "Shipping"}).body["title"] == {"en": "Shipping"}

    assert [news.data["listing"] for news in told] == [True, False, True]


def test_html_keeps_what_an_article_needs_and_nothing_that_runs(put: Callable[..., Answer]) -> None:
    given = (
        '<h2 onclick="x()">Returns</h2><script>alert(1)</script><style>*{}</style>'
        '<a href="javascript:alert(1)">a</a><a href="https://example.com/">b</a><a href="/help/delivery/">c</a>'
        '<img src="https://evil.example/x.png"><img src="//evil.example/x.png"><img src="/media/p/x/480.webp" alt="d">'
        '<iframe src="/"></iframe><form action="/"><input></form>'
    )

    html = put(body={"en": given}).body["body"]["en"]

    for kept in ("<h2>Returns</h2>", 'href="https://example.com/"', 'href="/help/delivery/"', "/media/p/x/480.webp"):
        assert kept in html
    for gone in ("onclick", "script", "style", "javascript", "evil.example", "iframe", "form", "input"):
        assert gone not in html


@pytest.mark.parametrize("slug", ["Delivery", "a--b", "-a", "a b", "配送", "a" * 61])
def test_a_slug_is_plain(put: Callable[..., Answer], slug: str) -> None:
    answer = put(slug)

    assert (answer.status, answer.code) == (400, "NotASlug")


@pytest.mark.parametrize(
    "changes",
    [
        {"title": {}},
        {"title": {"en": " "}},
        {"title": {"de": "Lieferung"}},
        {"title": {"en": "x" * 121}},
        {"body": {}},
        {"body": {"en": "x" * 100_001}},
        {"position": -1},
        {"position": 10_001},
        {"unknown": 1},
        {"version": "x"},
    ],
    ids=str,
)
def test_what_is_no_article_is_refused(put: Callable[..., Answer], changes: dict[str, Any]) -> None:
    answer = put(**changes)

    assert (answer.status, answer.code) == (400, "Invalid")


def test_an_editor_who_read_an_older_version_is_told(put: Callable[..., Answer]) -> None:
    put()
    put(version=1)

    answer = put(version=1)

    assert (answer.status, answer.code) == (409, "ContentChangedMeanwhile")


def test_there_are_not_more_articles_than_pages_can_list(
    put: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_ARTICLES", 1)
    put()

    answer = put("returns")

    assert (answer.status, answer.code) == (409, "TooMuchContent")
    assert put().status == 200


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_of_two_who_write_at_once_neither_overwrites_the_other_unseen(
    at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    service.put_article("delivery", ArticleBody.model_validate(BODY))
    again = ArticleBody.model_validate(BODY | {"version": 1})

    results = at_once(*[partial(service.put_article, "delivery", again)] * 2, seed=seed)

    assert sorted(type(result).__name__ for result in results) == ["Article", ContentChangedMeanwhile.__name__]
    assert service.article("delivery").version == 2


def test_who_may_not_write_is_refused(invoke: Callable[..., Answer], editor: Caller) -> None:
    reader = Caller(user_id=editor.user_id, permissions=frozenset({"content.get_article"}))

    for caller, status in ((NOBODY, 401), (reader, 403)):
        answer = invoke("content.put_article", caller=caller, path={"slug": "delivery"}, body=BODY)
        assert answer.status == status
    assert service.articles() == []
