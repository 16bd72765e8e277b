"""Counting which pictures are shown as logos, banners and in articles; products count theirs themselves."""

import re
from collections.abc import Callable, Iterable, Iterator

from mall import errors
from mall.catalog.brands import service as brands
from mall.content import service as content
from mall.content.model import Article
from mall.images import service as images
from mall.merchants import service as merchants
from mall.observability import logger

_IN_TEXT = re.compile(r"/media/[np]/(pic_[0-9a-f]{32})/")


def count(things: Iterable[str]) -> None:
    """Say which pictures these things show now: `brd_…`, `mch_…`, `banner:…`, `article:…`."""
    for thing in sorted(set(things)):
        missing = images.show(thing, _pictures(thing))
        if missing:
            logger.warning("pictures not there", shown_by=thing, picture_ids=sorted(missing))


def count_all() -> int:
    """The same for everything there is, for news that were lost; says of how many things."""
    things = {
        *(brand.id for brand in brands.everything()),
        *(merchant.id for merchant in merchants.everybody()),
        *(f"banner:{banner.id}" for banner in content.banners()),
        *(f"article:{article.slug}" for article in content.articles()),
    }
    count(things)
    return len(things)


def _pictures(thing: str) -> Callable[[], Iterable[str]]:
    kind, _, id = thing.rpartition(":")

    def found() -> Iterator[str]:
        try:
            if kind == "banner":
                yield from (one.picture_id or "" for one in content.banners() if one.id == id)
            elif kind == "article":
                yield from _in_article(content.article(id))
            elif id.startswith("brd_"):
                yield brands.get(id).logo
            else:
                yield merchants.get(id).logo
        except errors.NotFound:
            return

    return lambda: filter(None, found())


def _in_article(article: Article) -> Iterator[str]:
    for html in article.body.values():
        yield from _IN_TEXT.findall(html)
