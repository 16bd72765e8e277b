"""Publishing pages: who asks for it, and how a page comes to be what readers open."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from enum import StrEnum
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

from mall import clock, errors, ids
from mall.events import Event
from mall.observability import count, logger
from mall.pages import store, templates
from mall.pages.changes import MENU_SOON, SOON, change_of
from mall.pages.files import store as files
from mall.pages.model import ALL, STANDING, File, Kind, Page, PageId, Rebuild, Rendered, State, check_tag
from mall.pages.press import Press
from mall.pages.questions import Shop
from mall.pages.schemas import Publishing

# Lists are read from the search index, which follows a change by itself, so they are looked at once more.
LISTS_SOON, LISTS_AGAIN = 5, 60
SITEMAP_SOON = 60
# Longer than a function may take over a page, so that whoever finds a lease ended finds nobody at work.
LEASE = timedelta(minutes=6)
_BUSY_AGAIN = 3
TRIES = 5
"""How often a page is tried before its message is a dead letter."""
# Clocks differ by a little; a change in this time before a run may have been overlooked by it.
_MARGIN = timedelta(seconds=1)
# More than these are not looked at one by one whether they are due already.
_MANY = 500
# How many pages share their answers, and how many are rendered at once, where everything is rendered in one process.
_RUN, _AT_ONCE = 100, 4


class Outcome(StrEnum):
    """What came of a rendering."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    GONE = "gone"
    NOTHING = "nothing"
    BUSY = "busy"


# ── The public interface ────────────────────────────────────────────────────────────────────────────────────────────


def publish(pages: Iterable[PageId], *, delay: int = 0) -> int:
    """Have pages rendered in `delay` seconds, and say how many are not about to be rendered anyway."""
    wanted = sorted(set(pages))
    now = clock.now()
    if len(wanted) > _MANY:
        pending = wanted
    else:
        pending = [page for page in wanted if store.due(page, now=now, at=now + timedelta(seconds=delay))]
    if ALL in pending:
        store.send_rebuild(ids.new("reb"), delay=delay)
    store.send([page for page in pending if page != ALL], delay=delay)
    return len(pending)


def publish_named(names: Sequence[str]) -> Publishing:
    """The same for pages by name. Raises NotAPage."""
    pages = [PageId.of(name) for name in names]
    rebuild = publish_all() if ALL in pages else None
    return Publishing(queued=publish(page for page in pages if page != ALL), rebuild=rebuild)


def publish_all() -> str:
    """Have every page rendered; the answer names the rebuild, of which `rebuild` tells how far it has come."""
    id = ids.new("reb")
    store.start_rebuild(Rebuild(id, clock.now()))
    store.send_rebuild(id, delay=0)
    return id


def invalidate(tags: Iterable[str], *, delay: int = SOON) -> int:
    """Have every page rendered that shows one of these things, and say how many that are. Raises NotATag."""
    checked = sorted({check_tag(tag) for tag in tags})
    store.changed(checked, clock.now())
    pages = {page for tag in checked for page in store.dependents(tag)}
    publish(pages, delay=delay)
    return len(pages)


def status(page: str) -> Page:
    """What is published of a page. Raises NotAPage or NoSuchPage."""
    return store.load(PageId.of(page))


def rebuild(id: str) -> Rebuild:
    """How far a rebuild has come. Raises NoSuchRebuild."""
    return store.rebuild(id)


# ── Rendering ───────────────────────────────────────────────────────────────────────────────────────────────────────


def press(folder: Path, shop: Shop) -> Press:
    """A run of rendering with the templates of `folder`."""
    return Press(templates.of(folder), shop, origin=files.origin(), started=clock.now())


def render(page: PageId, press: Press, *, rebuild: str | None = None) -> Outcome:
    """Render a page and put it where readers find it; `rebuild` counts it.

    While somebody else renders it, it is asked for again, since they may have begun before what we should show.
    """
    token, now = ids.new("lse"), clock.now()
    before = store.lease(page, token, now=now, until=now + LEASE)
    if before is None:
        store.send([page], delay=_BUSY_AGAIN, rebuild=rebuild)
        return Outcome.BUSY
    try:
        outcome = _replace(before, press.render(page), press, token)
    except BaseException:
        store.release(page, token)
        raise
    if rebuild:
        store.count(rebuild, done=1)
    count("PagesRendered")
    logger.info("page rendered", page=str(page), outcome=outcome.value)
    return outcome


def render_message(record: Any, press: Press) -> None:
    """Render the page that a message of the queue asks for. Raises Invalid for a message that is none of ours."""
    try:
        page, rebuild = PageId.of(record.json_body["page"]), record.json_body.get("rebuild")
    except (KeyError, TypeError, ValueError):
        raise errors.Invalid("This message asks for no page.") from None
    try:
        render(page, press, rebuild=rebuild)
    except Exception:
        if rebuild and int(record.attributes.approximate_receive_count) >= TRIES:
            store.count(rebuild, failed=1)
        raise


def _replace(before: Page, rendered: Rendered, press: Press, token: str) -> Outcome:
    page = before.id
    if rendered.gone and before.state is None:
        store.forget(page, token)
        return Outcome.NOTHING
    store.depend(page, on=rendered.tags - before.tags)
    digests = {file.path: _digest(file) for file in rendered.files}
    changed = [file for file in rendered.files if before.digests.get(file.path) != digests[file.path]]
    version = before.version + bool(changed)
    files.put(changed, version)
    files.remove(sorted(before.digests.keys() - digests.keys()))
    state, now = State.GONE if rendered.gone else State.LIVE, clock.now()
    after = Page(
        page,
        state,
        version,
        now if changed else before.published_at,
        now,
        digests,
        rendered.tags,
    )
    if not store.keep(after, token):
        # Whoever took it over began after us, and replaces what we put.
        logger.warning("page was taken over", page=str(page))
        return Outcome.BUSY
    store.depend(page, no_longer_on=before.tags - rendered.tags)
    if page.listed and state is not before.state:
        publish([PageId(Kind.SITEMAP)], delay=SITEMAP_SOON)
    if rendered.tags and store.changed_since(sorted(rendered.tags), press.started - _MARGIN):
        # It changed while we rendered, before it could find us among those who show it.
        publish([page], delay=SOON)
    if not changed:
        return Outcome.UNCHANGED
    return Outcome.GONE if rendered.gone else Outcome.PUBLISHED


def every_page(shop: Shop) -> list[PageId]:
    """Every page there should be, and every page there is, which may have to go. Those that list others come last."""
    wanted = {*STANDING, *shop.pages(), *store.known()} - {ALL}
    return sorted(wanted, key=lambda page: (page.kind is not Kind.PRODUCT, page.kind is Kind.SITEMAP, page))


def start_rebuild(id: str, shop: Shop) -> int:
    """Ask for every page of a rebuild, and say how many they are."""
    pages = every_page(shop)
    store.start_rebuild(Rebuild(id, clock.now(), total=len(pages)))
    store.send(pages, rebuild=id)
    logger.info("rebuild started", rebuild=id, pages=len(pages))
    return len(pages)


def render_all(
    pages: Sequence[PageId], press: Callable[[], Press], *, say: Callable[[int, Counter[str]], None]
) -> Counter[str]:
    """Render pages here and now, some at a time; `say` hears how many are tried and what came of them.

    A page that cannot be rendered is logged and counted as "failed"; the others go on.
    """
    outcomes: Counter[str] = Counter()
    # The sitemap tells of all others.
    phases = [page for page in pages if page.kind is not Kind.SITEMAP], [PageId(Kind.SITEMAP)]
    with ThreadPoolExecutor(_AT_ONCE) as workers:
        for phase in phases:
            for start in range(0, len(phase), _RUN):
                some = phase[start : start + _RUN]
                run = press()
                run.shop.prepare(some)
                outcomes.update(workers.map(partial(_try, press=run), some))
                say(outcomes.total(), outcomes)
    return outcomes


def _try(page: PageId, press: Press) -> str:
    try:
        return render(page, press).value
    except Exception:
        logger.exception("page failed", page=str(page))
        return "failed"


# ── Following what happens ──────────────────────────────────────────────────────────────────────────────────────────


def follow(happened: Iterable[Event], shop: Shop) -> int:
    """Have the pages rendered that show what changed, and say how many those are, lists counted once."""
    changes = [change_of(event, shop) for event in happened]
    tags: dict[str, int] = {}
    for change in changes:
        for tag in change.tags:
            tags[tag] = min(change.delay, tags.get(tag, change.delay))
    store.changed(sorted(tags), clock.now())
    delays: dict[PageId, int] = {}
    for tag, delay in tags.items():
        for page in store.dependents(tag):
            delays[page] = min(delay, delays.get(page, delay))
    for change in changes:
        for page in change.pages:
            delays[page] = min(change.delay, delays.get(page, change.delay))
    lists = {page for change in changes for page in change.lists}
    for page in lists:
        delays[page] = min(LISTS_SOON, delays.get(page, LISTS_SOON))
    if any(change.everything for change in changes):
        delays[ALL] = MENU_SOON
    for delay in sorted(set(delays.values())):
        publish((page for page, its in delays.items() if its == delay), delay=delay)
    store.send(sorted(page for page in lists if store.look_again(page, clock.now(), LISTS_AGAIN)), delay=LISTS_AGAIN)
    return len(delays)


def _digest(file: File) -> str:
    return blake2b(
        b"\0".join((file.body, file.content_type.encode(), str(file.status).encode())), digest_size=12
    ).hexdigest()
