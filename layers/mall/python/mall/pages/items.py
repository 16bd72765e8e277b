"""The items of the table `pages`, and pages made of them."""

from datetime import UTC, datetime

from pynamodb.attributes import (
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection

from mall import nosql
from mall.pages.model import Page, PageId, State

PAGE, REBUILD = "page", "rebuild"
# Beside the pages that show a thing: when it changed last.
CHANGED = "#changed"


class Live(GlobalSecondaryIndex["Item"]):  # type: ignore[no-untyped-call]
    """The pages that search engines are told of, by kind."""

    class Meta:
        index_name = "live"
        projection = IncludeProjection(["published_at"])

    live = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    published_at = UTCDateTimeAttribute(null=True)


class Item(nosql.Model):
    class Meta(nosql.Table):
        logical = "pages"

    id = UnicodeAttribute(hash_key=True)
    part = UnicodeAttribute(range_key=True)
    # A page.
    state = UnicodeAttribute(null=True)
    version = NumberAttribute(null=True)
    published_at = UTCDateTimeAttribute(null=True)
    checked_at = UTCDateTimeAttribute(null=True)
    digests: MapAttribute[str, str] = MapAttribute(null=True)  # type: ignore[no-untyped-call]
    tags = ListAttribute[str](null=True)
    live = UnicodeAttribute(null=True)
    lease = UnicodeAttribute(null=True)
    lease_until = NumberAttribute(null=True)
    due = NumberAttribute(null=True)
    again = NumberAttribute(null=True)
    # When a tag changed; a rebuild; both go after a while.
    at = NumberAttribute(null=True)
    total = NumberAttribute(null=True)
    done = NumberAttribute(null=True)
    failed = NumberAttribute(null=True)
    expires = NumberAttribute(null=True, attr_name="ttl")
    listed = Live()


def page(id: PageId, item: Item) -> Page:
    """The page that its item tells of."""
    return Page(
        id,
        State(item.state) if item.state else None,
        int(item.version or 0),
        item.published_at,
        item.checked_at,
        dict(item.digests.as_dict()) if item.digests else {},  # type: ignore[no-untyped-call]
        frozenset(item.tags or ()),
        moment(item.due) if item.due else None,
    )


def key(page: PageId) -> str:
    """The id of a page's item."""
    return f"page#{page}"


def tag_key(tag: str) -> str:
    """The id of the items of those who show a thing."""
    return f"tag#{tag}"


def ms(moment: datetime) -> int:
    """A time as the items have it."""
    return int(moment.timestamp() * 1000)


def moment(ms: float) -> datetime:
    """The time that an item has."""
    return datetime.fromtimestamp(ms / 1000, UTC)
