"""From a rendered page to what readers find, and from a change to exactly the pages that show it."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from mall import clock, events
from mall.pages import rendering, service, store
from mall.pages.model import NoSuchPage, PageId, State
from mall.pages.press import Press
from mall.pages.rendering import Outcome
from tests.functional.pages.conftest import Queue, Site, page
from tests.functional.pages.small_shop import (
    BILUOCHUN,
    BRAND,
    GREEN,
    LONGJING,
    MERCHANT,
    NOON,
    PICTURE,
    TEAS,
    WEST_LAKE,
    SmallShop,
    both,
    product,
)

PRODUCT, OTHER = f"product:{LONGJING}", f"product:{BILUOCHUN}"
PATH = f"/p/{LONGJING}/"


@pytest.fixture
def publish(press: Callable[[], Press]) -> Callable[..., list[Outcome]]:
    """Render pages by name, now."""
    return lambda *names: [rendering.render(page(name), press()) for name in names]


# ── What readers find ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_page_is_there_in_every_language_and_encoding(publish: Callable[..., list[Outcome]], site: Site) -> None:
    assert publish(PRODUCT) == [Outcome.PUBLISHED]

    for path, text in ((PATH, "西湖龙井"), (f"/en{PATH}", "Longjing")):
        assert text in site.read(path)
        assert site.read(path) == site.read(path, "gz") == site.read(path, "br")
        for encoding, name in (("", None), ("gz", "gzip"), ("br", "br")):
            found = site.object(path, encoding)
            assert found["ContentType"] == "text/html; charset=utf-8"
            assert found.get("ContentEncoding") == name
            assert found["CacheControl"].startswith("public, max-age=0, s-maxage=60")
            assert found["Metadata"]["version"] == "1"
    assert len(site.object(PATH, "br")["Body"].read()) < len(site.read(PATH).encode()) / 2


def test_a_page_that_did_not_change_is_not_put_again(publish: Callable[..., list[Outcome]], site: Site) -> None:
    with clock.at(NOON):
        publish(PRODUCT)
    before = site.object(PATH)["VersionId"]

    with clock.at(NOON + timedelta(hours=1)):
        assert publish(PRODUCT) == [Outcome.UNCHANGED]

    found = service.status(PRODUCT)
    assert site.object(PATH)["VersionId"] == before
    assert (found.version, found.published_at) == (1, NOON)
    assert found.checked_at == NOON + timedelta(hours=1)


def test_a_change_in_one_language_replaces_that_file_only(
    shop: SmallShop, publish: Callable[..., list[Outcome]], site: Site
) -> None:
    publish(PRODUCT)
    before = site.object(PATH)["VersionId"]
    shop.products[LONGJING].summary["en"] = "Picked in April"

    publish(PRODUCT)

    assert site.object(PATH)["VersionId"] == before
    assert "Picked in April" in site.read(f"/en{PATH}", "br")
    assert (service.status(PRODUCT).version, site.object(f"/en{PATH}")["Metadata"]["version"]) == (2, "2")


def test_a_product_that_is_taken_down_says_so(
    shop: SmallShop, publish: Callable[..., list[Outcome]], site: Site
) -> None:
    publish(PRODUCT)
    shop.take_down(LONGJING)

    assert publish(PRODUCT) == [Outcome.GONE]

    assert (site.status(PATH), site.status(f"/en{PATH}")) == (410, 410)
    assert "西湖龙井" not in site.read(PATH, "br")
    assert service.status(PRODUCT).state is State.GONE
    assert list(store.dependents(f"merchant:{MERCHANT}")) == []


def test_a_product_that_comes_back_is_shown_again(
    shop: SmallShop, publish: Callable[..., list[Outcome]], site: Site
) -> None:
    publish(PRODUCT)
    shop.take_down(LONGJING)
    publish(PRODUCT)

    shop.sell(product(LONGJING, both("西湖龙井", "Longjing")))
    publish(PRODUCT)

    assert (site.status(PATH), service.status(PRODUCT).version) == (200, 3)
    assert list(store.dependents(PRODUCT)) == [page(PRODUCT)]


def test_of_what_never_was_published_nothing_is_left(publish: Callable[..., list[Outcome]], site: Site) -> None:
    assert publish(OTHER) == [Outcome.NOTHING]

    assert site.keys() == set()
    with pytest.raises(NoSuchPage):
        service.status(OTHER)


def test_a_page_that_fails_stays_as_it_was_and_can_be_rendered_again(
    shop: SmallShop, publish: Callable[..., list[Outcome]], site: Site
) -> None:
    publish(PRODUCT)
    before = site.read(PATH)
    good = shop.products[LONGJING].options
    shop.products[LONGJING].options = [None]

    with pytest.raises(AttributeError):
        publish(PRODUCT)

    assert site.read(PATH) == before
    shop.products[LONGJING].options = good
    assert publish(PRODUCT) == [Outcome.UNCHANGED]


# ── Who renders ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_renders_a_page_at_a_time_and_the_other_asks_for_it_again(
    shop: SmallShop, press: Callable[[], Press], queue: Queue
) -> None:
    store.lease([page(PRODUCT)], "theirs", now=NOON, until=NOON + rendering.LEASE)

    with clock.at(NOON + timedelta(seconds=10)):
        assert rendering.render(page(PRODUCT), press()) is Outcome.BUSY

    assert queue.pages() == [PRODUCT]
    assert shop.asked == 0


def test_the_lease_of_one_that_died_ends(press: Callable[[], Press]) -> None:
    store.lease([page(PRODUCT)], "theirs", now=NOON, until=NOON + rendering.LEASE)

    with clock.at(NOON + rendering.LEASE + timedelta(seconds=1)):
        assert rendering.render(page(PRODUCT), press()) is Outcome.PUBLISHED


def test_who_lost_the_lease_does_not_write_down_what_they_made(press: Callable[[], Press]) -> None:
    class Slow(Press):
        def render(self, page: PageId) -> Any:
            store.lease(
                [page], "another", now=clock.now() + rendering.LEASE * 2, until=clock.now() + rendering.LEASE * 3
            )
            return super().render(page)

    slow = press()
    slow.__class__ = Slow

    assert rendering.render(page(PRODUCT), slow) is Outcome.BUSY
    assert service.status(PRODUCT).version == 0


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_of_several_at_once_one_publishes(
    at_once: Callable[..., list[Any]], press: Callable[[], Press], site: Site, queue: Queue, seed: int | None
) -> None:
    results = at_once(*[partial(rendering.render, page(PRODUCT), press())] * 3, seed=seed)

    assert sorted(results).count(Outcome.PUBLISHED) == 1
    assert service.status(PRODUCT).version == 1
    # Whoever came while another was at it asks again, so that nothing is overlooked.
    assert queue.pages().count(PRODUCT) == results.count(Outcome.BUSY)


def test_what_changes_while_a_page_is_rendered_is_not_overlooked(
    shop: SmallShop, press: Callable[[], Press], queue: Queue
) -> None:
    class Late(Press):
        def render(self, page: PageId) -> Any:
            found = super().render(page)
            # It is not yet among those who show the category, so the change does not find it.
            assert service.invalidate([f"category:{GREEN}"]) == 0
            return found

    late = press()
    late.__class__ = Late

    rendering.render(page(PRODUCT), late)

    assert PRODUCT in queue.pages()


# ── Who is asked for ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_page_that_is_about_to_be_rendered_is_not_asked_for_twice(press: Callable[[], Press], queue: Queue) -> None:
    with clock.at(NOON):
        assert service.publish([page(PRODUCT)], delay=5) == 1
        assert service.publish([page(PRODUCT), page("home")], delay=5) == 1
        assert queue.pages() == ["home", PRODUCT]

        rendering.render(page(PRODUCT), press())
        assert service.publish([page(PRODUCT)], delay=5) == 1


def test_a_page_that_is_wanted_sooner_is_asked_for_again(queue: Queue) -> None:
    with clock.at(NOON):
        service.publish([page(PRODUCT)], delay=60)
        assert service.publish([page(PRODUCT)], delay=2) == 1
        assert service.publish([page(PRODUCT)], delay=60) == 0


def test_a_message_that_was_lost_does_not_keep_a_page_from_being_rendered(queue: Queue) -> None:
    with clock.at(NOON):
        service.publish([page(PRODUCT)], delay=2)

    with clock.at(NOON + timedelta(minutes=2)):
        assert service.publish([page(PRODUCT)], delay=2) == 1


def test_exactly_the_pages_that_show_a_thing_are_rendered_anew(
    shop: SmallShop, publish: Callable[..., list[Outcome]], queue: Queue
) -> None:
    shop.sell(product(BILUOCHUN, both("碧螺春", "Biluochun"), brand_id=BRAND))
    publish(PRODUCT, OTHER, "home", f"category:{GREEN}", f"category:{TEAS}", f"merchant:{MERCHANT}", "search")
    queue.pages()

    for tag, pages in (
        (PRODUCT, [f"category:{GREEN}", f"category:{TEAS}", "home", f"merchant:{MERCHANT}", PRODUCT]),
        (f"category:{GREEN}", [f"category:{GREEN}", PRODUCT, OTHER]),
        ("home", ["home"]),
        ("product:prd_unknown", []),
    ):
        with clock.at(clock.now() + timedelta(hours=1)):
            assert service.invalidate([tag]) == len(pages)
            assert queue.pages() == sorted(pages)
        publish(*pages)
        queue.pages()


def test_a_page_that_no_longer_shows_a_thing_no_longer_follows_it(
    shop: SmallShop, publish: Callable[..., list[Outcome]]
) -> None:
    publish("home")
    assert page("home") in store.dependents(PRODUCT)
    shop.take_down(LONGJING)

    publish("home")

    assert list(store.dependents(PRODUCT)) == []


# ── What happens ────────────────────────────────────────────────────────────────────────────────────────────────────


def happened(name: str, **data: Any) -> events.Event:
    return events.Event.of(name, aggregate="any", data=data)


PUBLISHED = {
    "product_id": BILUOCHUN,
    "merchant_id": MERCHANT,
    "category_id": GREEN,
    "brand_id": BRAND,
    "version": 1,
}
LISTS = ["home", f"category:{TEAS}", f"category:{GREEN}", f"merchant:{MERCHANT}", f"brand:{BRAND}"]


def test_a_new_product_gets_a_page_and_its_lists_are_looked_at_twice(shop: SmallShop, queue: Queue) -> None:
    service.follow([happened("catalog.ProductPublished", **PUBLISHED)], shop)

    assert queue.pages() == sorted([OTHER, *LISTS, *LISTS])
    assert queue.late == [2, 5, 60]


def test_many_new_products_ask_for_their_lists_once(shop: SmallShop, queue: Queue) -> None:
    some = [happened("catalog.ProductPublished", **PUBLISHED | {"product_id": f"prd_{n}"}) for n in range(20)]

    service.follow(some[:10], shop)
    service.follow(some[10:], shop)

    found = queue.pages()
    assert len([name for name in found if name.startswith("product:")]) == 20
    assert [found.count(name) for name in LISTS] == [2] * len(LISTS)


@pytest.mark.parametrize(
    ("event", "pages", "late"),
    [
        (
            happened("catalog.OfferChanged", product_id=LONGJING, merchant_id=MERCHANT, sku_ids=["x"], what=["price"]),
            ["home", PRODUCT],
            [2],
        ),
        (
            happened("catalog.OfferChanged", product_id=LONGJING, merchant_id=MERCHANT, sku_ids=["x"], what=["stock"]),
            ["home", PRODUCT],
            [30],
        ),
        (
            happened("catalog.FlagsChanged", product_id=LONGJING, flags={"pinned": "2030-01-01"}),
            ["home", "home", PRODUCT, *[f"category:{TEAS}", f"category:{GREEN}"] * 2],
            [2, 5, 60],
        ),
        (
            happened("catalog.CategoryChanged", category_id=WEST_LAKE, parent_id=GREEN, what="name"),
            [f"category:{GREEN}", f"category:{WEST_LAKE}"],
            [2],
        ),
        (
            happened("catalog.BrandChanged", brand_id=BRAND),
            ["home", PRODUCT, f"brand:{BRAND}", f"brand:{BRAND}"],
            [2, 5, 60],
        ),
        (
            happened("merchants.MerchantChanged", merchant_id=MERCHANT, what="state"),
            ["home", PRODUCT, f"merchant:{MERCHANT}", f"merchant:{MERCHANT}"],
            [2, 5, 60],
        ),
        (happened("content.ContentChanged", kind="banner", id="spring", listing=True), ["home"], [2]),
        (happened("content.ContentChanged", kind="article", id="delivery", listing=False), ["article:delivery"], [2]),
        (happened("images.PictureReady", picture_id=PICTURE, owner=MERCHANT), [], []),
        (happened("users.UserRegistered", id="usr_1"), [], []),
    ],
    ids=lambda given: given.name if isinstance(given, events.Event) else "",
)
def test_what_happens_asks_for_the_pages_that_show_it(
    shop: SmallShop, publish: Callable[..., list[Outcome]], queue: Queue, event: Any, pages: list[str], late: list[int]
) -> None:
    publish("home", PRODUCT, "search")
    queue.pages()

    service.follow([event], shop)

    assert queue.pages() == sorted(pages)
    assert queue.late == late


def test_a_change_of_the_menu_asks_for_every_page_once(shop: SmallShop, queue: Queue) -> None:
    renamed = happened("catalog.CategoryChanged", category_id=TEAS, parent_id=None, what="name")
    written = happened("content.ContentChanged", kind="article", id="delivery", listing=True)

    service.follow([renamed], shop)
    service.follow([renamed, written], shop)

    assert len(Queue("rebuilds").messages()) == 1
    # What changed itself does not wait for all others.
    assert (queue.pages(), queue.late) == (["article:delivery", f"category:{TEAS}"], [2])


def test_a_picture_that_is_made_late_brings_its_pages_along(
    shop: SmallShop, publish: Callable[..., list[Outcome]], queue: Queue
) -> None:
    shop.ready.clear()
    publish(PRODUCT, "home", "search")
    queue.pages()

    service.follow([happened("images.PictureReady", picture_id=PICTURE, owner=MERCHANT)], shop)

    assert queue.pages() == ["home", PRODUCT]


# ── Everything ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_rebuild_asks_for_every_page_and_tells_how_far_it_is(
    shop: SmallShop, press: Callable[[], Press], queue: Queue
) -> None:
    rebuild = service.publish_all()
    assert not service.rebuild(rebuild).finished

    total = service.start_rebuild(rebuild, shop)
    asked = queue.messages()
    for message in asked:
        rendering.render(PageId.of(message["page"]), press(), rebuild=message["rebuild"])

    found = service.rebuild(rebuild)
    assert len(asked) == total == found.total == found.done
    assert found.finished
    assert asked[-1]["page"] == "sitemap"


def test_a_rebuild_finds_pages_whose_thing_is_gone(
    shop: SmallShop, press: Callable[[], Press], site: Site, publish: Callable[..., list[Outcome]]
) -> None:
    publish(PRODUCT)
    shop.take_down(LONGJING)

    outcomes = rendering.render_all(service.every_page(shop), press, say=lambda *_: None)

    assert (outcomes["gone"], outcomes["failed"]) == (1, 0)
    assert site.status(PATH) == 410
    assert {site.status(path) for path in ("/", "/en/search/", f"/c/{GREEN}/", "/sitemap.xml", "/robots.txt")} == {200}


def test_a_page_that_fails_keeps_no_other_from_being_published(
    shop: SmallShop, press: Callable[[], Press], site: Site
) -> None:
    shop.sell(product(BILUOCHUN, both("碧螺春", "Biluochun"), options=[None]))
    told: list[int] = []

    outcomes = rendering.render_all(service.every_page(shop), press, say=lambda done, _: told.append(done))

    assert (outcomes["failed"], site.status(PATH), site.status(f"/p/{BILUOCHUN}/")) == (1, 200, 0)
    assert told[-1] == outcomes.total() == len(service.every_page(shop))


def test_pages_are_rendered_together_and_each_for_itself(
    shop: SmallShop, press: Callable[[], Press], site: Site, queue: Queue
) -> None:
    shop.sell(product(BILUOCHUN, both("碧螺春", "Biluochun"), options=[None]))
    store.lease([page("home")], "theirs", now=clock.now(), until=clock.now() + rendering.LEASE)

    outcomes = rendering.render_many({page(name): [None] for name in (PRODUCT, OTHER, "home", "search")}, press())

    assert outcomes[page(PRODUCT)] is outcomes[page("search")] is Outcome.PUBLISHED
    assert isinstance(outcomes[page(OTHER)], AttributeError)
    assert outcomes[page("home")] is Outcome.BUSY
    assert (site.status(PATH), site.status(f"/p/{BILUOCHUN}/"), site.status("/")) == (200, 0, 0)
    assert list(store.dependents(PRODUCT)) == [page(PRODUCT)]
    # What failed can be rendered by the next at once, and what another has comes again.
    assert store.lease([page(OTHER)], "mine", now=clock.now(), until=clock.now()).keys() == {page(OTHER)}
    assert "home" in queue.pages()


def test_pages_that_share_everything_cost_few_calls(
    shop: SmallShop, press: Callable[[], Press], counted: Callable[[], Counter[str]]
) -> None:
    names = [f"prd_01KAQ3Z5J8M0T1V2W3X4Y5Z7{number:02d}" for number in range(40)]
    for name in names:
        shop.sell(product(name, both("茶", "Tea")))

    counted()
    rendering.render_many({page(f"product:{name}"): [None] for name in names}, press())
    calls = counted()

    assert calls["PutObject"] == 40 * 2 * 3
    # Lease and read, then what they depend on (25 items a call), keep, what changed meanwhile, and the sitemap.
    assert calls.total() - calls["PutObject"] <= 2 + 40 * 6 / 25 + 5
