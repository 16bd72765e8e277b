"""What is sold moves up in lists that are sorted by sales."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from mall import clock, events, ids, sql
from mall.search.finding import store as finding
from mall.search.finding.model import Sort
from mall.search.index import service as index
from mall.search.model import EVERYWHERE
from mall.search.sales import service
from tests.fixtures import goods
from tests.fixtures.entries import product_id
from tests.functional.search.conftest import Shelf, item

pytestmark = pytest.mark.usefixtures("aws", "database")

SAMPLE = Path(__file__).parents[3] / "events" / "search" / "on_order_paid.json"


def paid(number: int, *lines: tuple[str, int], ago: timedelta = timedelta()) -> events.Event:
    """The news that an order was paid: of (product, quantity)."""
    order = f"ord_01KAQ3Z5J8M0T1V2W3X4Y5Z{number:03d}G4"
    said = json.loads(json.loads(SAMPLE.read_text(encoding="utf-8"))["Records"][0]["body"])["detail"]["data"]
    line = said["lines"][0]
    data = said | {
        "order_id": order,
        "paid_at": (clock.now() - ago).isoformat(),
        "lines": [line | {"product_id": product, "quantity": quantity} for product, quantity in lines],
    }
    return events.Event.of("orders.OrderPaid", aggregate=order, data=data)


def tell(run: Callable[..., Any], event: events.Event) -> None:
    """Let the function take the news in, as the queue delivers it."""
    batch = json.loads(SAMPLE.read_text(encoding="utf-8"))
    envelope = json.loads(batch["Records"][0]["body"]) | {"detail": json.loads(event.detail())}
    batch["Records"][0]["body"] = json.dumps(envelope)
    assert run("search.on_order_paid", batch) == {"batchItemFailures": []}


def best_sold() -> list[str]:
    return [card["id"] for card in finding.listing(EVERYWHERE, Sort.SALES, limit=10, after=None)[0]]


def sales() -> dict[str, int]:
    """Units by product, which have to be the same where products are listed."""
    listed = text("SELECT product_id, sales FROM search_place WHERE place = :all")
    with sql.session(single=True) as session:
        products = {row.id: row.sales for row in session.execute(text("SELECT id, sales FROM search_product"))}
        assert {row.product_id: row.sales for row in session.execute(listed, {"all": EVERYWHERE})} == products
        return products


def test_what_sells_best_comes_first_when_lists_are_sorted_by_sales(shelf: Shelf, run: Callable[..., Any]) -> None:
    shelf(*(item("cup", number) for number in range(3)))
    first, second, third = (product_id(number) for number in range(3))

    tell(run, paid(1, (second, 2), (third, 1)))
    tell(run, paid(2, (second, 1), (first, 2), (second, 1)))

    assert sales() == {first: 2, second: 4, third: 1}
    assert best_sold() == [second, first, third]


def test_an_order_that_is_told_of_twice_counts_once(shelf: Shelf, run: Callable[..., Any]) -> None:
    shelf(item("cup", 0))
    event = paid(1, (product_id(0), 3))

    for again in (event, event, paid(1, (product_id(0), 3))):
        tell(run, again)

    assert sales() == {product_id(0): 3}


def test_of_the_same_news_at_once_one_counts(shelf: Shelf, at_once: Callable[..., list[Any]]) -> None:
    shelf(item("cup", 0), item("cup", 1))
    one, other = paid(1, (product_id(0), 1), (product_id(1), 1)), paid(2, (product_id(1), 1), (product_id(0), 1))

    results = at_once(*[partial(service.order_paid, event) for event in (one, other, one, other)])

    assert results == [None] * 4
    assert sales() == {product_id(0): 2, product_id(1): 2}


def test_a_sale_counts_for_a_month(shelf: Shelf, run: Callable[..., Any]) -> None:
    shelf(item("cup", 0), item("cup", 1))
    tell(run, paid(1, (product_id(0), 5)))
    with clock.at(clock.now() + timedelta(days=20)):
        tell(run, paid(2, (product_id(0), 1), (product_id(1), 2)))
        assert best_sold()[0] == product_id(0)

    with clock.at(clock.now() + timedelta(days=31)):
        assert [run("search.rank_terms", {})["sales_forgotten"] for _ in range(2)] == [1, 0]

    assert sales() == {product_id(0): 1, product_id(1): 2}
    assert best_sold() == [product_id(1), product_id(0)]


def test_what_is_told_of_too_late_does_not_count(shelf: Shelf, run: Callable[..., Any]) -> None:
    shelf(item("cup", 0))

    tell(run, paid(1, (product_id(0), 5), ago=timedelta(days=40)))

    assert sales() == {product_id(0): 0}


def test_the_standing_is_what_it_was_when_nothing_counts_any_more(shelf: Shelf, run: Callable[..., Any]) -> None:
    shelf(item("cup", 0))
    standing = text("SELECT boost FROM search_product")
    with sql.session(single=True) as session:
        before = session.scalar(standing)

    tell(run, paid(1, (product_id(0), 7)))
    with sql.session(single=True) as session:
        raised = session.scalar(standing)
    with clock.at(clock.now() + timedelta(days=31)):
        service.forget_old()

    assert raised > before
    with sql.session(single=True) as session:
        assert session.scalar(standing) == before


def test_a_product_that_comes_back_has_what_it_sold(run: Callable[..., Any]) -> None:
    sold = goods.on_sale()
    # Paid for before the index knows of it.
    tell(run, paid(1, (sold.id, 4), (f"prd_{ids.new('prd')[4:]}", 1)))

    index.refresh([sold.id])

    assert sales() == {sold.id: 4}
