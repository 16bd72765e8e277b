"""What is known of pages, in DynamoDB, and the queues of those that have to be rendered."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from pynamodb.attributes import (
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection

from mall import aws, config, nosql
from mall.pages.model import NoSuchPage, NoSuchRebuild, Page, PageId, Rebuild, State

_CHANGED = "#changed"
_CHANGED_KEPT = timedelta(days=1)
_REBUILD_KEPT = timedelta(days=30)
_MESSAGES = 10
_KEYS = 100


class _Live(GlobalSecondaryIndex["_Item"]):  # type: ignore[no-untyped-call]
    """The pages that search engines are told of, by kind."""

    class Meta:
        index_name = "live"
        projection = IncludeProjection(["published_at"])

    live = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    published_at = UTCDateTimeAttribute(null=True)


class _Item(nosql.Model):
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
    listed = _Live()


# ── What is known of a page ─────────────────────────────────────────────────────────────────────────────────────────


def load(page: PageId) -> Page:
    """What is published of a page. Raises NoSuchPage when nothing ever was."""
    try:
        return _page(page, _Item.get(_key(page), "page", consistent_read=True))
    except _Item.DoesNotExist:
        raise NoSuchPage from None


def lease(page: PageId, token: str, *, now: datetime, until: datetime) -> Page | None:
    """Take the page for oneself until it is kept, or until then; None when somebody else has it.

    From here on, whoever wants it rendered has to say so again.
    """
    item = _Item(_key(page), "page")
    try:
        with nosql.conditional():
            item.update(
                actions=[_Item.lease.set(token), _Item.lease_until.set(_ms(until)), _Item.due.remove()],
                condition=_Item.lease.does_not_exist() | (_Item.lease_until < _ms(now)),
            )
    except nosql.ConditionFailed:
        return None
    return _page(page, item)


def keep(page: Page, token: str) -> bool:
    """Write down what is published now and give the page back; False when the lease was lost to somebody else."""
    assert page.state and page.published_at and page.checked_at
    listed = page.state is State.LIVE and page.id.listed
    try:
        with nosql.conditional():
            _Item(_key(page.id), "page").update(
                actions=[
                    _Item.state.set(page.state.value),
                    _Item.version.set(page.version),
                    _Item.published_at.set(page.published_at),
                    _Item.checked_at.set(page.checked_at),
                    _Item.digests.set(dict(page.digests)),
                    _Item.tags.set(sorted(page.tags)),
                    _Item.live.set(page.id.kind.value) if listed else _Item.live.remove(),
                    _Item.lease.remove(),
                    _Item.lease_until.remove(),
                ],
                condition=_Item.lease == token,
            )
    except nosql.ConditionFailed:
        return False
    return True


def release(page: PageId, token: str) -> None:
    """Give a page back as it was."""
    try:
        with nosql.conditional():
            _Item(_key(page), "page").update(
                actions=[_Item.lease.remove(), _Item.lease_until.remove()], condition=_Item.lease == token
            )
    except nosql.ConditionFailed:
        return


def forget(page: PageId, token: str) -> None:
    """Forget a page of which nothing was ever published."""
    try:
        with nosql.conditional():
            _Item(_key(page), "page").delete(condition=_Item.lease == token)
    except nosql.ConditionFailed:
        return


def listed(kind: str) -> Iterator[tuple[PageId, datetime]]:
    """The live pages of a kind, and since when they are as they are."""
    for item in _Item.listed.query(kind):
        yield PageId.of(item.id.removeprefix("page#")), item.published_at


def known() -> Iterator[PageId]:
    """Every page of which something is, or was, published."""
    for item in _Item.scan(_Item.part == "page", attributes_to_get=["id"]):
        yield PageId.of(item.id.removeprefix("page#"))


# ── What a page depends on ──────────────────────────────────────────────────────────────────────────────────────────


def depend(page: PageId, *, on: Iterable[str] = (), no_longer_on: Iterable[str] = ()) -> None:
    """Write down of which things a page tells, and of which it does not any more."""
    with _Item.batch_write() as batch:
        for tag in on:
            batch.save(_Item(_tag(tag), str(page)))
        for tag in no_longer_on:
            batch.delete(_Item(_tag(tag), str(page)))


def changed(tags: Iterable[str], at: datetime) -> None:
    """Write down that these things changed, for pages that are being rendered at this moment."""
    with _Item.batch_write() as batch:
        for tag in tags:
            batch.save(_Item(_tag(tag), _CHANGED, at=_ms(at), expires=int((at + _CHANGED_KEPT).timestamp())))


def changed_since(tags: Sequence[str], moment: datetime) -> bool:
    """Whether any of these things changed at `moment` or later."""
    keys = [(_tag(tag), _CHANGED) for tag in tags]
    return any(
        item.at >= _ms(moment)
        for start in range(0, len(keys), _KEYS)
        for item in _Item.batch_get(keys[start : start + _KEYS], consistent_read=True)
    )


def dependents(tag: str) -> Iterator[PageId]:
    """The pages that tell of a thing."""
    for item in _Item.query(_tag(tag), consistent_read=True, attributes_to_get=["part"]):
        if item.part != _CHANGED:
            yield PageId.of(item.part)


# ── What has to be rendered ─────────────────────────────────────────────────────────────────────────────────────────


def due(page: PageId, *, now: datetime, at: datetime) -> bool:
    """Write down that a page will be rendered `at`; False when it will be soon enough without us."""
    try:
        with nosql.conditional():
            _Item(_key(page), "page").update(
                actions=[_Item.due.set(_ms(at))],
                # A message that is long overdue was lost, or is a dead letter.
                condition=_Item.due.does_not_exist() | (_Item.due > _ms(at)) | (_Item.due < _ms(now - _OVERDUE)),
            )
    except nosql.ConditionFailed:
        return False
    return True


def look_again(page: PageId, now: datetime, seconds: int) -> bool:
    """Write down that a page is looked at once more in so many seconds; False when it is already going to be."""
    try:
        with nosql.conditional():
            _Item(_key(page), "page").update(
                actions=[_Item.again.set(_ms(now + timedelta(seconds=seconds)))],
                # One that comes in half the time will have seen what happens now.
                condition=_Item.again.does_not_exist() | (_Item.again < _ms(now + timedelta(seconds=seconds / 2))),
            )
    except nosql.ConditionFailed:
        return False
    return True


# Shorter than the time after which a message comes again, so that one which was broken off here is not taken for done.
_OVERDUE = timedelta(minutes=1)


def send(pages: Sequence[PageId], *, delay: int = 0, rebuild: str | None = None) -> None:
    """Ask for pages to be rendered in `delay` seconds; `rebuild` counts them."""
    counted = {"rebuild": rebuild} if rebuild else {}
    _send(config.queue("pages"), [{"page": str(page)} | counted for page in pages], delay)


def send_rebuild(id: str, *, delay: int) -> None:
    """Ask for all pages to be rendered."""
    _send(config.queue("rebuilds"), [{"rebuild": id}], delay)


def _send(url: str, messages: Sequence[dict[str, str]], delay: int) -> None:
    for start in range(0, len(messages), _MESSAGES):
        entries = [
            {"Id": str(number), "DelaySeconds": delay, "MessageBody": json.dumps(message)}
            for number, message in enumerate(messages[start : start + _MESSAGES])
        ]
        refused = aws.client("sqs").send_message_batch(QueueUrl=url, Entries=entries).get("Failed")
        if refused:
            raise NotSent(f"{len(refused)} messages were refused: {refused[0].get('Message')}")


class NotSent(Exception):
    """The queue did not take everything; whoever asked repeats it."""


# ── Rebuilds ────────────────────────────────────────────────────────────────────────────────────────────────────────


def start_rebuild(rebuild: Rebuild) -> None:
    """Remember a rebuild, to count what is done of it."""
    _Item(
        f"rebuild#{rebuild.id}",
        "rebuild",
        at=_ms(rebuild.started_at),
        total=rebuild.total,
        done=rebuild.done,
        failed=rebuild.failed,
        expires=int((rebuild.started_at + _REBUILD_KEPT).timestamp()),
    ).save()


def count(rebuild: str, *, done: int = 0, failed: int = 0) -> None:
    """Add to what is done of a rebuild."""
    _Item(f"rebuild#{rebuild}", "rebuild").update(actions=[_Item.done.add(done), _Item.failed.add(failed)])


def rebuild(id: str) -> Rebuild:
    """How far a rebuild has come. Raises NoSuchRebuild."""
    try:
        item = _Item.get(f"rebuild#{id}", "rebuild", consistent_read=True)
    except _Item.DoesNotExist:
        raise NoSuchRebuild from None
    total = None if item.total is None else int(item.total)
    return Rebuild(id, _moment(item.at), total, int(item.done), int(item.failed))


# ── Items ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _page(id: PageId, item: _Item) -> Page:
    return Page(
        id,
        State(item.state) if item.state else None,
        int(item.version or 0),
        item.published_at,
        item.checked_at,
        dict(item.digests.as_dict()) if item.digests else {},  # type: ignore[no-untyped-call]
        frozenset(item.tags or ()),
        _moment(item.due) if item.due else None,
    )


def _key(page: PageId) -> str:
    return f"page#{page}"


def _tag(tag: str) -> str:
    return f"tag#{tag}"


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _moment(ms: float) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
