"""How pages come to be what readers open: many at once, since they share what they ask for and what they write."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from typing import Any

from mall import clock, errors, ids
from mall.observability import count, logger
from mall.pages import store, templates
from mall.pages.changes import SOON
from mall.pages.files import store as files
from mall.pages.model import File, Kind, Page, PageId, Rendered, State
from mall.pages.orders import service as orders
from mall.pages.orders import store as orders_store
from mall.pages.press import Press
from mall.pages.questions import Shop

SITEMAP_SOON = 60
# Longer than a function may take over its pages, so that whoever finds a lease ended finds nobody at work.
LEASE = timedelta(minutes=6)
_BUSY_AGAIN = 3
TRIES = 5
"""How often a page is tried before its message is a dead letter."""
# Clocks differ by a little; a change in this time before a run may have been overlooked by it.
_MARGIN = timedelta(seconds=1)
# How many pages are leased together, which share their answers, and how many of those are worked on at once where
# everything is rendered in one process.
_TOGETHER, _AT_ONCE = 50, 4


class Outcome(StrEnum):
    """What came of a rendering."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    GONE = "gone"
    NOTHING = "nothing"
    BUSY = "busy"


Outcomes = Mapping[PageId, Outcome | Exception]


def press(folder: Path, shop: Shop) -> Press:
    """A run of rendering with the templates of `folder`."""
    return Press(templates.of(folder), shop, origin=files.origin(), started=clock.now())


def render(page: PageId, press: Press, *, rebuild: str | None = None) -> Outcome:
    """Render a page and put it where readers find it; `rebuild` counts it."""
    outcome = render_many({page: [rebuild]}, press)[page]
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def render_many(pages: Mapping[PageId, Sequence[str | None]], press: Press) -> Outcomes:
    """Render pages and put them where readers find them; each counts for the rebuilds that ask for it.

    A page that cannot be rendered is logged, answered with what is wrong, and keeps no other from being published.
    While somebody else renders one, it is asked for again, since they may have begun before what we should show.
    """
    outcomes: dict[PageId, Outcome | Exception] = {}
    for phase in _phases(pages):
        for some in _some(phase):
            outcomes |= _render_together(some, press)
    for page, outcome in outcomes.items():
        if isinstance(outcome, Exception):
            logger.error("page failed", page=str(page), exc_info=outcome)
            continue
        for rebuild in pages[page]:
            if outcome is Outcome.BUSY:
                orders_store.send([page], delay=_BUSY_AGAIN, rebuild=rebuild)
        logger.info("page rendered", page=str(page), outcome=outcome.value)
    done = {page for page, outcome in outcomes.items() if isinstance(outcome, Outcome) and outcome is not Outcome.BUSY}
    count("PagesRendered", len(done))
    for rebuild, number in Counter(rebuild for page in done for rebuild in pages[page] if rebuild).items():
        store.count(rebuild, done=number)
    return outcomes


def render_messages(records: Iterable[Any], press: Press) -> set[str]:
    """Render the pages that messages of the queue ask for, and say which messages have to come again."""
    failed: set[str] = set()
    asked: dict[PageId, list[Any]] = defaultdict(list)
    for record in records:
        try:
            asked[PageId.of(str(record.json_body["page"]))].append(record)
        except (KeyError, TypeError, ValueError, errors.MallError):
            logger.error("this message asks for no page", message_id=record.message_id)
            failed.add(record.message_id)
    wanted = {page: [record.json_body.get("rebuild") for record in its] for page, its in asked.items()}
    for page, outcome in render_many(wanted, press).items():
        if isinstance(outcome, Exception):
            failed |= {record.message_id for record in asked[page]}
            for record in asked[page]:
                rebuild = record.json_body.get("rebuild")
                if rebuild and int(record.attributes.approximate_receive_count) >= TRIES:
                    store.count(rebuild, failed=1)
    return failed


def render_all(
    pages: Sequence[PageId], press: Callable[[], Press], *, say: Callable[[int, Counter[str]], None]
) -> Counter[str]:
    """Render pages here and now, some at a time; `say` hears how many are tried and what came of them.

    A page that cannot be rendered is counted as "failed"; the others go on.
    """
    outcomes: Counter[str] = Counter()
    with ThreadPoolExecutor(_AT_ONCE) as workers:
        for phase in _phases(pages):
            for made in workers.map(lambda some: render_many({page: [None] for page in some}, press()), _some(phase)):
                outcomes.update("failed" if isinstance(one, Exception) else one.value for one in made.values())
                say(outcomes.total(), outcomes)
    return outcomes


# ── How it is done ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Made:
    """A page as it was and as it should be now."""

    before: Page
    rendered: Rendered
    digests: Mapping[str, str]
    changed: Sequence[File]

    @classmethod
    def of(cls, before: Page, rendered: Rendered) -> "_Made":
        digests = {file.path: _digest(file) for file in rendered.files}
        changed = [file for file in rendered.files if before.digests.get(file.path) != digests[file.path]]
        return cls(before, rendered, digests, changed)

    @property
    def never_was(self) -> bool:
        return self.rendered.gone and self.before.state is None

    @property
    def state(self) -> State:
        return State.GONE if self.rendered.gone else State.LIVE

    def after(self) -> Page:
        now = clock.now()
        return Page(
            self.before.id,
            self.state,
            self.before.version + bool(self.changed),
            now if self.changed else self.before.published_at,
            now,
            self.digests,
            self.rendered.tags,
        )

    @property
    def outcome(self) -> Outcome:
        if not self.changed:
            return Outcome.UNCHANGED
        return Outcome.GONE if self.rendered.gone else Outcome.PUBLISHED


def _render_together(pages: Sequence[PageId], press: Press) -> dict[PageId, Outcome | Exception]:
    token, now = ids.new("lse"), clock.now()
    before = store.lease(pages, token, now=now, until=now + LEASE)
    outcomes: dict[PageId, Outcome | Exception] = {page: Outcome.BUSY for page in pages if page not in before}
    if not before:
        return outcomes
    try:
        press.shop.prepare(list(before))
        made: dict[PageId, _Made] = {}
        for page, was in before.items():
            try:
                made[page] = _Made.of(was, press.render(page))
            except Exception as error:
                outcomes[page] = error
        outcomes |= _replace(made, press, token)
    except BaseException:
        store.release(before, token)
        raise
    store.release([page for page, outcome in outcomes.items() if isinstance(outcome, Exception)], token)
    return outcomes


def _replace(made: Mapping[PageId, _Made], press: Press, token: str) -> dict[PageId, Outcome | Exception]:
    """Put pages in the place of what is there."""
    outcomes: dict[PageId, Outcome | Exception] = {}
    for page in [page for page, one in made.items() if one.never_was]:
        store.forget(page, token)
        outcomes[page] = Outcome.NOTHING
    there = {page: one for page, one in made.items() if page not in outcomes}
    store.depend({page: one.rendered.tags - one.before.tags for page, one in there.items()})
    put = []
    for page, one in there.items():
        after = one.after()
        try:
            files.put(one.changed, after.version)
            files.remove(sorted(one.before.digests.keys() - one.digests.keys()))
            put.append(after)
        except Exception as error:
            outcomes[page] = error
    kept = store.keep(put, token)
    for page in {after.id for after in put} - kept:
        # Whoever took it over began after us, and replaces what we put.
        logger.warning("page was taken over", page=str(page))
        outcomes[page] = Outcome.BUSY
    outcomes |= {page: there[page].outcome for page in kept}
    store.depend_no_longer({page: there[page].before.tags - there[page].rendered.tags for page in kept})
    _follow_up([there[page] for page in kept], press)
    return outcomes


def _follow_up(made: Sequence[_Made], press: Press) -> None:
    """Have the sitemap tell of what came or went, and what changed while we rendered it rendered again."""
    if any(one.before.id.listed and one.state is not one.before.state for one in made):
        orders.publish([PageId(Kind.SITEMAP)], delay=SITEMAP_SOON)
    shown = frozenset[str]().union(*(one.rendered.tags for one in made))
    # What changed before we could be found among those who show it.
    late = store.changed_since(shown, press.started - _MARGIN)
    orders.publish((one.before.id for one in made if one.rendered.tags & late), delay=SOON)


def _phases(pages: Collection[PageId]) -> tuple[list[PageId], list[PageId]]:
    """The pages, but for the sitemap, which tells of all others; then the sitemap."""
    sitemap = PageId(Kind.SITEMAP)
    return [page for page in pages if page != sitemap], [page for page in pages if page == sitemap]


def _some(pages: Sequence[PageId]) -> list[Sequence[PageId]]:
    return [pages[start : start + _TOGETHER] for start in range(0, len(pages), _TOGETHER)]


def _digest(file: File) -> str:
    return blake2b(
        b"\0".join((file.body, file.content_type.encode(), str(file.status).encode())), digest_size=12
    ).hexdigest()
