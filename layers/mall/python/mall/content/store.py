"""Articles and banners in DynamoDB, each change with its news in one transaction."""

from typing import Any

from pynamodb.attributes import MapAttribute, NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute

from mall import events, nosql
from mall.content.model import Article, Banner, ContentChangedMeanwhile, Kind, NoSuchArticle, NoSuchBanner


class _Content(nosql.Model):
    class Meta(nosql.Table):
        logical = "content"

    kind = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    title: MapAttribute[str, str] = MapAttribute()  # type: ignore[no-untyped-call]
    body: MapAttribute[str, str] = MapAttribute(null=True)  # type: ignore[no-untyped-call]
    text: MapAttribute[str, str] = MapAttribute(null=True)  # type: ignore[no-untyped-call]
    href = UnicodeAttribute(null=True)
    picture_id = UnicodeAttribute(null=True)
    picture_href = UnicodeAttribute(null=True)
    position = NumberAttribute()
    updated_at = UTCDateTimeAttribute()
    version = NumberAttribute()


def article(slug: str) -> Article:
    """The article with this slug. Raises NoSuchArticle."""
    try:
        return _article(_Content.get(Kind.ARTICLE.value, slug, consistent_read=True))
    except _Content.DoesNotExist:
        raise NoSuchArticle from None


def articles() -> list[Article]:
    """All articles, in their order."""
    found = [_article(item) for item in _Content.query(Kind.ARTICLE.value, consistent_read=True)]
    return sorted(found, key=lambda article: (article.position, article.slug))


def banner(id: str) -> Banner:
    """The banner with this id. Raises NoSuchBanner."""
    try:
        return _banner(_Content.get(Kind.BANNER.value, id, consistent_read=True))
    except _Content.DoesNotExist:
        raise NoSuchBanner from None


def banners() -> list[Banner]:
    """All banners, in their order."""
    found = [_banner(item) for item in _Content.query(Kind.BANNER.value, consistent_read=True)]
    return sorted(found, key=lambda banner: (banner.position, banner.id))


def save_article(article: Article, event: events.Event) -> None:
    """Keep an article that is one version later than what is there. Raises ContentChangedMeanwhile."""
    _save(
        _Content(
            Kind.ARTICLE.value,
            article.slug,
            title=dict(article.title),
            body=dict(article.body),
            position=article.position,
            updated_at=article.updated_at,
            version=article.version,
        ),
        event,
    )


def save_banner(banner: Banner, event: events.Event) -> None:
    """Keep a banner that is one version later than what is there. Raises ContentChangedMeanwhile."""
    _save(
        _Content(
            Kind.BANNER.value,
            banner.id,
            title=dict(banner.title),
            text=dict(banner.text),
            href=banner.href,
            picture_id=banner.picture_id,
            picture_href=banner.picture_href,
            position=banner.position,
            updated_at=banner.updated_at,
            version=banner.version,
        ),
        event,
    )


def remove(kind: Kind, id: str, event: events.Event) -> bool:
    """Take it away; False when it was not there."""
    try:
        with nosql.transaction() as writes:
            writes.delete(_Content(kind.value, id), condition=_Content.id.exists())
            writes.save(events.outbox_item(event))
    except nosql.ConditionFailed:
        return False
    return True


def _save(item: _Content, event: events.Event) -> None:
    before = int(item.version) - 1
    try:
        with nosql.transaction() as writes:
            writes.save(item, condition=(_Content.version == before) if before else _Content.id.does_not_exist())
            writes.save(events.outbox_item(event))
    except nosql.ConditionFailed:
        raise ContentChangedMeanwhile from None


def _article(item: _Content) -> Article:
    return Article(
        item.id, _texts(item.title), _texts(item.body), int(item.position), item.updated_at, int(item.version)
    )


def _banner(item: _Content) -> Banner:
    return Banner(
        item.id,
        _texts(item.title),
        _texts(item.text),
        item.href or "",
        item.picture_id,
        item.picture_href,
        int(item.position),
        item.updated_at,
        int(item.version),
    )


def _texts(texts: Any) -> dict[str, str]:
    return dict(texts.as_dict()) if texts else {}
