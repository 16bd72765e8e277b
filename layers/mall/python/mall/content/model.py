"""Articles and banners."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mall import errors

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# An address of the mall itself, or a safe one elsewhere; nothing that a browser would run.
_HREF = re.compile(r"/(?![/\\])[^\s\\]*|https://[^\s\\]+")
MOST_ARTICLES = 200
MOST_BANNERS = 20


class NotASlug(errors.Invalid):
    message = "A slug is of small letters, digits and single hyphens, at most 60."


class NotAnAddress(errors.Invalid):
    message = "An address begins with '/' or 'https://'."


class NoSuchArticle(errors.NotFound):
    message = "There is no such article."


class NoSuchBanner(errors.NotFound):
    message = "There is no such banner."


class ContentChangedMeanwhile(errors.Conflict):
    message = "Somebody else changed this meanwhile. Read it again."


class TooMuchContent(errors.Conflict):
    message = f"There are {MOST_ARTICLES} articles or {MOST_BANNERS} banners already."


class Kind(StrEnum):
    """What the operators write."""

    ARTICLE = "article"
    BANNER = "banner"


Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Article:
    """A help page: its body is HTML that was cleaned. Articles are listed by position, then slug."""

    slug: str
    title: Texts
    body: Texts
    position: int
    updated_at: datetime
    version: int = 0


@dataclass(frozen=True, slots=True)
class Banner:
    """A picture with a few words on the home page, leading to `href`; by position, then id.

    Its picture is one of the mall's (`picture_id`) or a file of the site (`picture_href`).
    """

    id: str
    title: Texts
    text: Texts
    href: str
    picture_id: str | None
    picture_href: str | None
    position: int
    updated_at: datetime
    version: int = 0


def check_slug(slug: str) -> str:
    """`slug`, if it is one. Raises NotASlug."""
    if len(slug) > 60 or not _SLUG.fullmatch(slug):
        raise NotASlug
    return slug


def check_href(href: str) -> str:
    """`href`, if it is an address that a page may lead to. Raises NotAnAddress."""
    if len(href) > 500 or not _HREF.fullmatch(href):
        raise NotAnAddress
    return href
