"""Hot words: what counts as a search, and how often."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from mall import clock, sql
from mall.search.popular import service, store
from mall.search.popular.model import HELD
from tests.fixtures.entries import BEGUN
from tests.fixtures.gateway import Answer
from tests.functional.search.conftest import Shelf, item

pytestmark = pytest.mark.usefixtures("aws", "database")

Invoke = Callable[..., Answer]


def hot(invoke: Invoke, **query: str) -> list[str]:
    """The hot words after the next ranking."""
    service.write_down()
    service.rank()
    answer = invoke("search.list_hot_words", query=query)
    assert answer.status == 200, answer.body
    return [one["text"] for one in answer.body["items"]]


def search(invoke: Invoke, *texts: str, source: int = 1, **query: str) -> None:
    for typed in texts:
        answer = invoke("search.search_products", query={"q": typed} | query, source_ip=f"198.51.100.{source}")
        assert answer.status == 200


def test_what_most_people_search_for_comes_first(shelf: Shelf, invoke: Invoke) -> None:
    shelf(item("red boot"), item("green hat", 1))
    for source, texts in enumerate((["boot", "hat"], ["hat"], ["Hat ", "red boot"])):
        search(invoke, *texts, source=source)

    assert hot(invoke) == ["hat", "boot", "red boot"]
    assert hot(invoke, limit="1") == ["hat"]


def test_nobody_makes_a_word_hot_alone(shelf: Shelf, invoke: Invoke) -> None:
    shelf(item("boot"), item("hat", 1))
    search(invoke, "boot", "boot", "boot", source=1)
    search(invoke, "hat", source=1)
    search(invoke, "hat", source=2)

    assert hot(invoke) == ["hat", "boot"]


def test_what_finds_nothing_and_later_pages_do_not_count(shelf: Shelf, invoke: Invoke) -> None:
    shelf(item("boot", 0), item("boot", 1), item("hat", 2))
    search(invoke, "unicorn", "x", "boots and saddles of an extraordinary length indeed")
    page = invoke("search.search_products", query={"q": "boot", "limit": "1"}, source_ip="198.51.100.1").body
    search(invoke, "boot", after=page["next"], limit="1", source=2)
    search(invoke, "hat", source=1)
    search(invoke, "hat", source=2)

    assert hot(invoke) == ["hat", "boot"]


def test_searches_of_long_ago_weigh_less_and_then_nothing(shelf: Shelf, invoke: Invoke) -> None:
    for hours, term, searches in ((36, "boot", 8), (1, "hat", 2), (49, "cup", 100)):
        store.count([(term, term, searches)], BEGUN - timedelta(hours=hours))

    with clock.at(BEGUN):
        service.rank()
        words = store.hot_words(10)

    assert words == ["hat", "boot"]


def test_searches_are_written_a_few_seconds_apart(shelf: Shelf, invoke: Invoke) -> None:
    shelf(item("boot"), item("hat", 1))

    with clock.at(BEGUN):
        search(invoke, "boot", "hat")
        service.rank()
        first = store.hot_words(10)
    with clock.at(BEGUN + HELD):
        search(invoke, "hat", source=2)
        service.rank()

    assert (first, store.hot_words(10)) == (["boot"], ["hat", "boot"])


def test_a_search_succeeds_also_when_it_cannot_be_counted(shelf: Shelf, invoke: Invoke) -> None:
    shelf(item("boot"))

    with sql.session(single=True) as session:
        session.execute(text("ALTER TABLE search_count RENAME TO gone"))
    try:
        answer = invoke("search.search_products", query={"q": "boot"})
    finally:
        with sql.session(single=True) as session:
            session.execute(text("ALTER TABLE gone RENAME TO search_count"))

    assert (answer.status, answer.body["total"]) == (200, 1)


@pytest.mark.parametrize("limit", ["0", "51", "many"])
def test_a_limit_out_of_range_is_refused(invoke: Invoke, limit: str) -> None:
    assert invoke("search.list_hot_words", query={"limit": limit}).code == "Invalid"
