"""What is known of pages and of what they show, in DynamoDB."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from mall import errors, nosql
from mall.pages import items
from mall.pages.items import CHANGED, PAGE, REBUILD, Item
from mall.pages.model import NoSuchPage, NoSuchRebuild, Page, PageId, Rebuild, State

_CHANGED_KEPT = timedelta(days=1)
_REBUILD_KEPT = timedelta(days=30)


# ── What is known of a page ─────────────────────────────────────────────────────────────────────────────────────────


def load(page: PageId) -> Page:
    """What is published of a page. Raises NoSuchPage when nothing ever was."""
    try:
        return items.page(page, Item.get(items.key(page), PAGE, consistent_read=True))
    except Item.DoesNotExist:
        raise NoSuchPage from None


def lease(pages: Sequence[PageId], token: str, *, now: datetime, until: datetime) -> dict[PageId, Page]:
    """Take those of the pages for oneself that nobody else has, until they are kept or until then: what they are now.

    From here on, whoever wants them rendered has to say so again.
    """
    actions = [Item.lease.set(token), Item.lease_until.set(items.ms(until)), Item.due.remove()]
    free = Item.lease.does_not_exist() | (Item.lease_until < items.ms(now))
    if len(pages) == 1:
        # One call instead of two, for most changes concern one page.
        return _lease_one(pages[0], actions, free)
    taken = nosql.each_that_holds({page: partial(_update, page, actions, free) for page in pages})
    found = {
        item.id: item for item in Item.batch_get([(items.key(page), PAGE) for page in taken], consistent_read=True)
    }
    return {page: items.page(page, found[items.key(page)]) for page in pages if page in taken}


def keep(pages: Sequence[Page], token: str) -> set[PageId]:
    """Write down what is published now and give the pages back; says for which the lease was not lost to others."""
    return nosql.each_that_holds(
        {page.id: partial(_update, page.id, _kept(page), Item.lease == token) for page in pages}
    )


def release(pages: Iterable[PageId], token: str) -> None:
    """Give pages back as they were."""
    actions = [Item.lease.remove(), Item.lease_until.remove()]
    nosql.each_that_holds({page: partial(_update, page, actions, Item.lease == token) for page in pages})


def forget(page: PageId, token: str) -> None:
    """Forget a page of which nothing was ever published."""
    try:
        with nosql.conditional():
            Item(items.key(page), PAGE).delete(condition=Item.lease == token)
    except nosql.ConditionFailed:
        return


def _lease_one(page: PageId, actions: list[Any], free: Condition) -> dict[PageId, Page]:
    item = Item(items.key(page), PAGE)
    try:
        with nosql.conditional():
            item.update(actions=actions, condition=free)
    except (nosql.ConditionFailed, errors.Conflict):
        return {}
    return {page: items.page(page, item)}


def _update(page: PageId, actions: list[Any], condition: Condition, writes: TransactWrite) -> None:
    writes.update(Item(items.key(page), PAGE), actions=actions, condition=condition)


def _kept(page: Page) -> list[Any]:
    assert page.state and page.published_at and page.checked_at
    listed = page.state is State.LIVE and page.id.listed
    return [
        Item.state.set(page.state.value),
        Item.version.set(page.version),
        Item.published_at.set(page.published_at),
        Item.checked_at.set(page.checked_at),
        Item.digests.set(dict(page.digests)),
        Item.tags.set(sorted(page.tags)),
        Item.live.set(page.id.kind.value) if listed else Item.live.remove(),
        Item.lease.remove(),
        Item.lease_until.remove(),
    ]


def listed(kind: str) -> Iterator[tuple[PageId, datetime]]:
    """The live pages of a kind, and since when they are as they are."""
    for item in Item.listed.query(kind):
        yield PageId.of(item.id.removeprefix("page#")), item.published_at


def known() -> Iterator[PageId]:
    """Every page of which something is, or was, published."""
    for item in Item.scan(Item.part == PAGE, attributes_to_get=["id"]):
        yield PageId.of(item.id.removeprefix("page#"))


# ── What a page depends on ──────────────────────────────────────────────────────────────────────────────────────────


def depend(on: Mapping[PageId, Iterable[str]]) -> None:
    """Write down of which further things pages tell."""
    with Item.batch_write() as batch:
        for page, tags in on.items():
            for tag in tags:
                batch.save(Item(items.tag_key(tag), str(page)))


def depend_no_longer(on: Mapping[PageId, Iterable[str]]) -> None:
    """Write down of which things pages do not tell any more."""
    with Item.batch_write() as batch:
        for page, tags in on.items():
            for tag in tags:
                batch.delete(Item(items.tag_key(tag), str(page)))


def changed(tags: Iterable[str], at: datetime) -> None:
    """Write down that these things changed, for pages that are being rendered at this moment."""
    with Item.batch_write() as batch:
        for tag in tags:
            batch.save(
                Item(items.tag_key(tag), CHANGED, at=items.ms(at), expires=int((at + _CHANGED_KEPT).timestamp()))
            )


def changed_since(tags: Iterable[str], moment: datetime) -> set[str]:
    """Which of these things changed at `moment` or later."""
    names = {items.tag_key(tag): tag for tag in tags}
    found = Item.batch_get([(name, CHANGED) for name in names], consistent_read=True) if names else ()
    return {names[item.id] for item in found if item.at >= items.ms(moment)}


def dependents(tag: str) -> Iterator[PageId]:
    """The pages that tell of a thing."""
    for item in Item.query(items.tag_key(tag), consistent_read=True, attributes_to_get=["part"]):
        if item.part != CHANGED:
            yield PageId.of(item.part)


# ── Rebuilds ────────────────────────────────────────────────────────────────────────────────────────────────────────


def start_rebuild(rebuild: Rebuild) -> None:
    """Remember a rebuild, to count what is done of it."""
    Item(
        f"rebuild#{rebuild.id}",
        REBUILD,
        at=items.ms(rebuild.started_at),
        total=rebuild.total,
        done=rebuild.done,
        failed=rebuild.failed,
        expires=int((rebuild.started_at + _REBUILD_KEPT).timestamp()),
    ).save()


def count(rebuild: str, *, done: int = 0, failed: int = 0) -> None:
    """Add to what is done of a rebuild."""
    Item(f"rebuild#{rebuild}", REBUILD).update(actions=[Item.done.add(done), Item.failed.add(failed)])


def rebuild(id: str) -> Rebuild:
    """How far a rebuild has come. Raises NoSuchRebuild."""
    try:
        item = Item.get(f"rebuild#{id}", REBUILD, consistent_read=True)
    except Item.DoesNotExist:
        raise NoSuchRebuild from None
    total = None if item.total is None else int(item.total)
    return Rebuild(id, items.moment(item.at), total, int(item.done), int(item.failed))
