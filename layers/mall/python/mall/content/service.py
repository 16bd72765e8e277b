"""What the operators do with articles and banners, and what pages ask of them."""

from collections.abc import Mapping
from typing import Any

from mall import clock
from mall.content import store
from mall.content.html import cleaned
from mall.content.model import (
    MOST_ARTICLES,
    MOST_BANNERS,
    Article,
    Banner,
    ContentChangedMeanwhile,
    Kind,
    NoSuchArticle,
    NoSuchBanner,
    TooMuchContent,
    check_href,
    check_slug,
)
from mall.content.schemas import ArticleBody, BannerBody
from mall.events import Event


def article(slug: str) -> Article:
    """The article with this slug. Raises NotASlug or NoSuchArticle."""
    return store.article(check_slug(slug))


def articles() -> list[Article]:
    """All articles, in their order."""
    return store.articles()


def banners() -> list[Banner]:
    """All banners, in their order."""
    return store.banners()


def put_article(slug: str, body: ArticleBody) -> Article:
    """Write an article, or write it anew. Raises NotASlug, ContentChangedMeanwhile or TooMuchContent."""
    check_slug(slug)
    before: Article | None = None
    try:
        before = store.article(slug)
    except NoSuchArticle:
        if len(store.articles()) >= MOST_ARTICLES:
            raise TooMuchContent from None
    version = before.version if before else 0
    _check(body.version, version)
    html = {locale: cleaned(text) for locale, text in _texts(body.body).items()}
    written = Article(slug, _texts(body.title), html, body.position, clock.now(), version + 1)
    listed = before is not None and (before.title, before.position) == (written.title, written.position)
    store.save_article(written, _news(Kind.ARTICLE, slug, listing=not listed))
    return written


def remove_article(slug: str) -> None:
    """Take an article away; one that is not there is no mistake. Raises NotASlug."""
    store.remove(Kind.ARTICLE, check_slug(slug), _news(Kind.ARTICLE, slug, listing=True))


def put_banner(id: str, body: BannerBody) -> Banner:
    """Hang a banner up, or change it. Raises NotASlug, NotAnAddress, ContentChangedMeanwhile or TooMuchContent."""
    check_slug(id)
    check_href(body.href)
    if body.picture_href is not None:
        check_href(body.picture_href)
    try:
        version = store.banner(id).version
    except NoSuchBanner:
        version = 0
        if len(store.banners()) >= MOST_BANNERS:
            raise TooMuchContent from None
    _check(body.version, version)
    hung = Banner(
        id,
        _texts(body.title),
        _texts(body.text),
        body.href,
        body.picture_id,
        body.picture_href,
        body.position,
        clock.now(),
        version + 1,
    )
    store.save_banner(hung, _news(Kind.BANNER, id, listing=True))
    return hung


def remove_banner(id: str) -> None:
    """Take a banner down; one that does not hang is no mistake. Raises NotASlug."""
    store.remove(Kind.BANNER, check_slug(id), _news(Kind.BANNER, id, listing=True))


def _texts(given: Mapping[Any, str]) -> dict[str, str]:
    return dict(given)


def _check(expected: int | None, version: int) -> None:
    if expected is not None and expected != version:
        raise ContentChangedMeanwhile


def _news(kind: Kind, id: str, *, listing: bool) -> Event:
    """`listing` tells whether lists of such things look different now."""
    data = {"kind": kind.value, "id": id, "listing": listing}
    return Event.of("content.ContentChanged", aggregate=f"{kind}:{id}", data=data)
