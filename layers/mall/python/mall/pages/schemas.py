"""What operators send and get of pages."""

from datetime import datetime

from pydantic import ConfigDict, Field

from mall.http import Body, View
from mall.pages.model import LOCALES, Page, Rebuild, State


class Publication(Body):
    """Which pages to publish: `home`, `product:prd_…`, `category:cat_…`, or `all`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"pages": ["home", "article:delivery"]}]})

    pages: list[str] = Field(min_length=1, max_length=100)


class Publishing(View):
    """How many pages will be rendered soon; those that would have been anyway are left out. All pages are a rebuild."""

    queued: int
    rebuild: str | None = None


class Invalidation(Body):
    """Of which things every page is to be rendered anew: `product:prd_…`, `merchant:mch_…`, `home`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"tags": ["home"]}]})

    tags: list[str] = Field(min_length=1, max_length=100)


class Invalidated(View):
    """How many pages show these things."""

    pages: int


class PageView(View):
    """What is published of a page; `due` is when it will be rendered next, if something changed."""

    page: str
    addresses: list[str]
    state: State | None
    version: int
    published_at: datetime | None
    checked_at: datetime | None
    due: datetime | None
    tags: list[str]

    @classmethod
    def of(cls, page: Page) -> "PageView":
        """The view of `page`."""
        return cls(
            page=str(page.id),
            addresses=[page.id.path(locale) for locale in LOCALES],
            state=page.state,
            version=page.version,
            published_at=page.published_at,
            checked_at=page.checked_at,
            due=page.due,
            tags=sorted(page.tags),
        )


class RebuildView(View):
    """How far a rebuild has come; `total` is unknown until all pages are found."""

    id: str
    started_at: datetime
    total: int | None
    done: int
    failed: int
    finished: bool

    @classmethod
    def of(cls, rebuild: Rebuild) -> "RebuildView":
        """The view of `rebuild`."""
        return cls(
            id=rebuild.id,
            started_at=rebuild.started_at,
            total=rebuild.total,
            done=rebuild.done,
            failed=rebuild.failed,
            finished=rebuild.finished,
        )
