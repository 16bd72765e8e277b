"""sitemap.xml and robots.txt: what search engines should know of (https://www.sitemaps.org/protocol.html).

A file of a sitemap holds at most 50,000 addresses and 50 MB. `sitemap.xml` is the index of as many as it takes, by kind
of page, so that a new product changes no more than the files of products. Every address names its twins in the other
languages.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice

from mall.pages.model import DEFAULT_LOCALE, LISTED, LOCALES, File, Kind, PageId

# Each address with its twins takes 600 bytes, so 50,000 of them stay under 50 MB.
MOST_ADDRESSES = 50_000
_PAGES = MOST_ADDRESSES // len(LOCALES)
_XML = "application/xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_INDEX = "http://www.sitemaps.org/schemas/sitemap/0.9"

Listed = Callable[[str], Iterable[tuple[PageId, datetime]]]


def files(origin: str, listed: Listed) -> Iterator[File]:
    """The index, its parts and robots.txt; `listed` gives the live pages of a kind, and since when each is as it is."""
    parts: list[tuple[str, datetime]] = []
    for kind in sorted(LISTED):
        pages = iter(listed(kind))
        number = 0
        while some := list(islice(pages, _PAGES)):
            number += 1
            path = f"/sitemap-{kind}-{number}.xml"
            parts.append((path, max(at for _, at in some)))
            yield File(path, _part(origin, some).encode(), _XML)
    yield File(PageId(Kind.SITEMAP).path(DEFAULT_LOCALE), _index(origin, parts).encode(), _XML)
    yield File("/robots.txt", robots(origin).encode(), "text/plain; charset=utf-8")


def robots(origin: str) -> str:
    """What robots may fetch: everything but the API and what a search finds."""
    return (
        f"User-agent: *\nDisallow: /api/\nDisallow: /search/\nDisallow: /en/search/\n\nSitemap: {origin}/sitemap.xml\n"
    )


def _part(origin: str, pages: Iterable[tuple[PageId, datetime]]) -> str:
    rows = []
    for page, at in pages:
        twins = "".join(
            f'<xhtml:link rel="alternate" hreflang="{locale}" href="{origin}{page.path(locale)}"/>'
            for locale in LOCALES
        )
        rows += [
            f"<url><loc>{origin}{page.path(locale)}</loc><lastmod>{_moment(at)}</lastmod>{twins}</url>\n"
            for locale in LOCALES
        ]
    body = "".join(rows)
    return f'{_HEAD}<urlset xmlns="{_INDEX}" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n{body}</urlset>\n'


def _index(origin: str, parts: Iterable[tuple[str, datetime]]) -> str:
    rows = "".join(
        f"<sitemap><loc>{origin}{path}</loc><lastmod>{_moment(at)}</lastmod></sitemap>\n" for path, at in parts
    )
    return f'{_HEAD}<sitemapindex xmlns="{_INDEX}">\n{rows}</sitemapindex>\n'


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
