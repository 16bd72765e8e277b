"""Writing the index: nothing twice, nothing old over something new, nothing left behind."""

import fcntl
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from mall import clock, sql
from mall.search.finding import service, store
from mall.search.finding.model import Sort, Wanted
from mall.search.index import store as index
from mall.search.model import EVERYWHERE
from mall.search.sales import store as sales
from tests.fixtures.entries import product_id
from tests.functional.search.conftest import Shelf, item

pytestmark = pytest.mark.usefixtures("database")
ONE = product_id(1)
TABLES = ("search_product", "search_card", "search_place")


def rows(table: str) -> int:
    with sql.session(single=True) as session:
        return int(session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def written(id: str) -> Any:
    """What tells the version of a row from its next one."""
    with sql.session(single=True) as session:
        return session.execute(text("SELECT xmin, ctid FROM search_product WHERE id = :id"), {"id": id}).one()


def found(word: str) -> list[str]:
    wanted = Wanted(words=(f"'{word}'",))
    return [card["id"] for card in store.search(wanted, locale="en", limit=10, after=None).cards]


def test_an_entry_that_is_as_it_was_is_not_written_again(shelf: Shelf) -> None:
    assert shelf(item("boot", 1), item("hat", 2)) == 2
    before = written(ONE)

    assert shelf(item("boot", 1), item("cap", 2)) == 1

    assert written(ONE) == before


def test_a_changed_product_is_found_by_what_it_is_now(shelf: Shelf) -> None:
    shelf(item("red boot", 1, brand="acme", categories=("wear", "shoes")))

    shelf(item("green hat", 1, categories=("wear",), price=500))

    assert (found("boot"), found("hat")) == ([], [ONE])
    assert [len(store.listing(place, Sort.NEW, limit=5, after=None)[0]) for place in ("shoes", "acme", "wear")] == [
        0, 0, 1,
    ]  # fmt: skip
    assert store.cards([ONE])[ONE]["price"]["from"]["amount"] == 500


def test_what_is_no_longer_on_sale_leaves_nothing(shelf: Shelf) -> None:
    shelf(item("boot", 1, brand="acme", categories=("wear",)))

    changed = [index.write([ONE, product_id(2)], lambda ids: {}) for _ in range(2)]

    assert changed == [1, 0]
    assert [rows(table) for table in TABLES] == [0, 0, 0]


def test_sales_stay_when_a_product_changes(shelf: Shelf) -> None:
    shelf(item("boot", 1), item("boot", 2))
    sales.sold("ord_1", {ONE: 4}, clock.now().date())
    sales.sold("ord_2", {ONE: 3}, clock.now().date())

    shelf(item("boots", 1), item("boot", 2))

    with sql.session(single=True) as session:
        sold = session.execute(text("SELECT sales, boost FROM search_product WHERE id = :id"), {"id": ONE}).one()
        listed = session.execute(
            text("SELECT DISTINCT sales, boost FROM search_place WHERE product_id = :id"), {"id": ONE}
        )
        assert listed.all() == [sold]
    assert sold.sales == 7
    assert found("boot") == [ONE, product_id(2)]


def test_of_a_product_that_is_not_on_sale_nothing_is_shown(shelf: Shelf) -> None:
    shelf(item("boot", 1))
    sales.sold("ord_1", {"prd_of_nobody": 5}, clock.now().date())

    with sql.session(single=True) as session:
        assert session.execute(text("SELECT sales, boost FROM search_product")).all() == [(0, 1_000)]


def test_a_facet_goes_by_its_latest_name(shelf: Shelf) -> None:
    entry = item("boot", 1, brand="acme")
    shelf(entry)

    renamed = tuple(replace(one, name={"en": "ACME Inc."}) if one.code == "brand" else one for one in entry.facets)
    shelf(replace(entry, facets=renamed))

    facets = store.search(Wanted(), locale="en", limit=1, after=None).facets
    assert [facet.name for facet in facets if facet.code == "brand"] == ["ACME Inc."]


def test_the_products_of_a_place_come_some_at_a_time(shelf: Shelf) -> None:
    shelf(*(item("boot", number) for number in range(5)))

    assert [len(some) for some in index.in_place(EVERYWHERE, together=2)] == [2, 2, 1]
    assert list(index.in_place("nowhere")) == []


def test_cards_come_in_the_order_asked_for(shelf: Shelf) -> None:
    shelf(*(item("boot", number) for number in range(3)))

    cards = service.cards([product_id(2), "prd_gone", product_id(0)], locale="en")

    assert [card.id for card in cards] == [product_id(2), product_id(0)]
    assert [card.id for card in service.top("mch_one", Sort.NEW, limit=2, locale="en")] == [product_id(2), ONE]


# --- races


def change_and_index(catalog: str, times: int) -> None:
    """Change a catalog that is a file with a price in it, and index what it says, again and again."""
    file = Path(catalog)
    for _ in range(times):
        with file.open("r+") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            price = int(handle.read()) + 1
            handle.seek(0)
            handle.write(str(price))

        def read(ids: Any) -> Any:
            now = int(file.read_text())
            time.sleep(0.003)
            return {ONE: item("boot", 1, price=now, brand=f"brand{now % 3}", categories=(f"c{now % 2}",))}

        index.write([ONE], read)


def index_many(numbers: list[int], color: str) -> None:
    """Index products that share facets and terms, in the order given."""
    there = {product_id(number): item(f"{color} boot", number, color=color, brand=f"b{number}") for number in numbers}
    index.write(list(there), lambda ids: there)


def test_of_changes_at_once_the_last_state_of_the_catalog_stays(race: Callable[..., list[Any]], tmp_path: Path) -> None:
    catalog = tmp_path / "price"
    catalog.write_text("1000")

    results = race([(change_and_index, str(catalog), 10)] * 4)

    assert results == [None] * 4
    assert catalog.read_text() == "1040"
    assert store.cards([ONE])[ONE]["price"]["from"]["amount"] == 1_040
    with sql.session(single=True) as session:
        assert session.execute(text("SELECT DISTINCT price FROM search_place")).all() == [(1_040,)]
        assert session.scalar(text("SELECT price FROM search_product")) == 1_040


def test_batches_that_overlap_do_not_block_each_other_for_ever(race: Callable[..., list[Any]]) -> None:
    numbers = list(range(1, 31))

    results = race([(index_many, numbers[:: -1 if turn % 2 else 1], f"color{turn}") for turn in range(4)])

    assert results == [None] * 4
    assert rows("search_product") == 30
