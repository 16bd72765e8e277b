"""Publishing pages: who asks for it, and how a page comes to be what readers open."""

from collections.abc import Iterable, Sequence

from mall import clock, ids
from mall.events import Event
from mall.observability import logger
from mall.pages import store
from mall.pages.changes import MENU_SOON, SOON, change_of
from mall.pages.model import ALL, STANDING, Kind, Page, PageId, Rebuild, check_tag
from mall.pages.orders import service as orders
from mall.pages.orders import store as orders_store
from mall.pages.questions import Shop
from mall.pages.schemas import Publishing

# Lists are read from the search index, which follows a change by itself, so they are looked at once more.
LISTS_SOON, LISTS_AGAIN = 5, 60

# ── The public interface ────────────────────────────────────────────────────────────────────────────────────────────


publish = orders.publish
"""Have pages rendered in `delay` seconds, and say how many are not about to be rendered anyway."""


def publish_named(names: Sequence[str]) -> Publishing:
    """The same for pages by name. Raises NotAPage."""
    pages = [PageId.of(name) for name in names]
    rebuild = publish_all() if ALL in pages else None
    return Publishing(queued=publish(page for page in pages if page != ALL), rebuild=rebuild)


def publish_all() -> str:
    """Have every page rendered; the answer names the rebuild, of which `rebuild` tells how far it has come."""
    id = ids.new("reb")
    store.start_rebuild(Rebuild(id, clock.now()))
    orders_store.send_rebuild(id, delay=0)
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


def every_page(shop: Shop) -> list[PageId]:
    """Every page there should be, and every page there is, which may have to go. Those that list others come last."""
    wanted = {*STANDING, *shop.pages(), *store.known()} - {ALL}
    return sorted(wanted, key=lambda page: (page.kind is not Kind.PRODUCT, page.kind is Kind.SITEMAP, page))


def start_rebuild(id: str, shop: Shop) -> int:
    """Ask for every page of a rebuild, and say how many they are."""
    pages = every_page(shop)
    store.start_rebuild(Rebuild(id, clock.now(), total=len(pages)))
    orders_store.send(pages, rebuild=id)
    logger.info("rebuild started", rebuild=id, pages=len(pages))
    return len(pages)


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
    orders_store.send(orders_store.look_again(sorted(lists), clock.now(), LISTS_AGAIN), delay=LISTS_AGAIN)
    return len(delays)
