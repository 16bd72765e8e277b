"""The products of a category."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from mall import clock
from mall.search.sales import store as sales
from tests.fixtures.entries import BEGUN, product_id
from tests.fixtures.gateway import Answer
from tests.functional.search.conftest import Shelf, item

pytestmark = pytest.mark.usefixtures("aws", "database")
FOR_EVER = {"pinned": BEGUN + timedelta(days=36_500)}

List = Callable[..., Any]


@pytest.fixture
def listed(invoke: Callable[..., Answer]) -> List:
    """List a category, and get the body of the answer."""

    def ask(category: str, **query: str) -> Any:
        answer = invoke("search.list_category_products", path={"category_id": category}, query=query)
        assert answer.status == 200, answer.body
        assert answer.headers["cache-control"] == "public, max-age=5"
        return answer.body

    return ask


def ids(page: Any) -> list[str]:
    return [card["id"] for card in page["items"]]


def test_a_category_lists_what_is_below_it_too(shelf: Shelf, listed: List) -> None:
    shelf(
        item("boot", 1, categories=("wear", "shoes")),
        item("coat", 2, categories=("wear",)),
        item("cup", 3, categories=("kitchen",)),
    )

    assert set(ids(listed("wear"))) == {product_id(1), product_id(2)}
    assert ids(listed("shoes")) == [product_id(1)]
    assert listed("nowhere") == {"items": [], "next": None}


def test_a_card_says_what_a_list_shows(shelf: Shelf, listed: List) -> None:
    shelf(item("boot", 1, chinese="靴子", categories=("wear",), brand="acme", price=100, price_to=250, flags=FOR_EVER))

    (card,) = listed("wear")["items"]

    assert card == {
        "id": product_id(1),
        "slug": "",
        "name": "靴子",
        "price": {"from": {"amount": 100, "currency": "CNY"}, "to": {"amount": 250, "currency": "CNY"}},
        "list_price": None,
        "picture_id": None,
        "merchant": {"id": "mch_one", "name": "mch_one"},
        "brand": {"id": "acme", "name": "Acme"},
        "flags": ["pinned"],
        "stock_state": "in_stock",
        "rating": None,
    }
    assert listed("wear", locale="en")["items"][0]["name"] == "boot"


def test_pinned_products_come_first_then_what_is_in_stock_and_sells(shelf: Shelf, listed: List) -> None:
    shelf(
        item("a", 1, categories=("wear",)),
        item("b", 2, categories=("wear",), in_stock=False, flags=FOR_EVER),
        item("c", 3, categories=("wear",), in_stock=False),
        item("d", 4, categories=("wear",)),
    )
    sales.sold("ord_1", {product_id(1): 3}, clock.now().date())

    assert ids(listed("wear")) == [product_id(number) for number in (2, 1, 4, 3)]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("relevance", [4, 3, 2, 1, 0]),
        ("price", [2, 0, 1, 4, 3]),
        ("-price", [3, 4, 1, 0, 2]),
        ("new", [1, 3, 0, 4, 2]),
        ("sales", [0, 4, 3, 2, 1]),
    ],
)
def test_pages_follow_each_other_in_every_order(shelf: Shelf, listed: List, sort: str, order: list[int]) -> None:
    ages, prices = [3, 1, 5, 2, 4], [200, 200, 100, 300, 250]
    flags = [{}, {}, {}, FOR_EVER, FOR_EVER]
    shelf(
        *(
            item("x", n, categories=("w",), price=prices[n], at=BEGUN - timedelta(days=ages[n]), flags=flags[n])
            for n in range(5)
        )
    )
    if sort == "sales":
        sales.sold("ord_0", {product_id(0): 5}, clock.now().date())

    found, after = [], ""
    while after is not None:
        page = listed("w", sort=sort, limit="2", **({"after": after} if after else {}))
        found += ids(page)
        after = page["next"]

    assert found == [product_id(number) for number in order]


@pytest.mark.parametrize("first", [True, False])
def test_a_page_is_one_question_to_the_database(shelf: Shelf, listed: List, first: bool) -> None:
    shelf(*(item("x", number, categories=("w",)) for number in range(5)))
    query = {"limit": "2"} | ({} if first else {"after": listed("w", limit="2")["next"]})
    asked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *arguments: Any) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        listed("w", **query)
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    assert len(asked) == 1


@pytest.mark.parametrize("query", [{"limit": "0"}, {"sort": "best"}, {"locale": "de"}, {"q": "x"}])
def test_what_cannot_be_understood_is_refused(invoke: Callable[..., Answer], query: dict[str, str]) -> None:
    answer = invoke("search.list_category_products", path={"category_id": "wear"}, query=query)

    assert (answer.status, answer.code) == (400, "Invalid")


def test_a_cursor_of_another_list_is_refused(shelf: Shelf, listed: List, invoke: Callable[..., Answer]) -> None:
    shelf(*(item("x", number, categories=("w", "v")) for number in range(3)))
    cursor = listed("w", limit="1")["next"]

    for path, query in (("v", {}), ("w", {"sort": "price"})):
        answer = invoke("search.list_category_products", path={"category_id": path}, query=query | {"after": cursor})
        assert (answer.status, answer.code) == (400, "NotACursor")
