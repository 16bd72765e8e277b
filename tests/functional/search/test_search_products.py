"""Searching: which words find what, which facets are told, in which order and in which pages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mall import clock
from mall.search.sales import store as sales
from tests.fixtures.entries import BEGUN, product_id
from tests.fixtures.gateway import Answer
from tests.functional.search.conftest import Shelf, item

pytestmark = pytest.mark.usefixtures("aws")

Search = Callable[..., Any]


@pytest.fixture
def search(invoke: Callable[..., Answer], database: list[str]) -> Search:
    """Search, and get the body of the answer."""

    def ask(q: str = "", **query: str) -> Any:
        named = {name.replace("attr_", "attr."): value for name, value in query.items()}
        answer = invoke("search.search_products", query=({"q": q} if q else {}) | {"locale": "en"} | named)
        assert answer.status == 200, answer.body
        return answer.body

    return ask


def names(result: Any) -> list[str]:
    return [card["name"] for card in result["items"]]


def counts(result: Any, code: str) -> dict[str, int]:
    (facet,) = [facet for facet in result["facets"] if facet["code"] == code]
    return {value["value"]: value["count"] for value in facet["values"]}


# --- words


FORMS = ("dress", "DRESSES", "dressed", "ｄｒｅｓｓ", "cafe", "café", "womens", "women's", "x100")
CHINESE_FORMS = ("连衣裙", "连衣", "裙", "夏", "夏季连衣裙")
OTHERS = ("衣服", "连裙", "the", "T恤", "shirt", "!?")


def test_words_are_found_in_their_forms_and_others_are_not(shelf: Shelf, search: Search) -> None:
    shelf(item("Women's dress for the café X100", chinese="夏季连衣裙"))

    found = {typed: search(typed)["total"] for typed in (*FORMS, *CHINESE_FORMS, *OTHERS)}

    assert found == dict.fromkeys((*FORMS, *CHINESE_FORMS), 1) | dict.fromkeys(OTHERS, 0)


def test_all_words_must_be_there_and_may_be_in_different_places(shelf: Shelf, search: Search) -> None:
    shelf(
        item("red shoe", 1, description="made of leather"),
        item("blue shoe", 2, chinese="皮鞋"),
        item("leather bag", 3, brand="acme"),
    )

    assert names(search("shoe leather")) == ["red shoe"]
    assert names(search("皮鞋 blue")) == ["blue shoe"]
    assert names(search("acme bag")) == ["leather bag"]


def test_a_word_counts_most_in_the_name_then_the_brand_then_attributes_then_the_description(
    shelf: Shelf, search: Search
) -> None:
    shelf(
        item("plain one", 1, description="of amber"),
        item("second one", 2, color="amber"),
        item("third one", 3, brand="amber"),
        item("amber one", 4),
    )

    assert names(search("amber")) == ["amber one", "third one", "second one", "plain one"]


def test_of_equals_what_is_in_stock_and_sells_comes_first(shelf: Shelf, search: Search) -> None:
    shelf(*(item("kettle", number, in_stock=number != 1) for number in range(4)))
    sales.sold("ord_2", {product_id(2): 30}, clock.now().date())

    assert [card["id"] for card in search("kettle")["items"]] == [product_id(number) for number in (2, 3, 0, 1)]


def test_quotes_and_operators_of_the_database_are_only_characters(shelf: Shelf, search: Search) -> None:
    shelf(item("it's 100% \\ cotton"))

    for typed in ("' | 'x", "cotton & !100", "a:*", "\\", "%", "cotton')--", "(((", "<->", ":*AB"):
        search(typed)
    assert search("100% cotton")["total"] == 1


# --- spelling


def test_a_slip_of_the_keyboard_is_corrected_and_told(shelf: Shelf, search: Search) -> None:
    shelf(item("red backpack", 1), item("blue backbone", 2))

    for typed in ("bakcpack", "backpak", "backpakc", "red backpuck"):
        result = search(typed)
        meant = "red backpack" if " " in typed else "backpack"
        assert (names(result), result["corrected"], result["relaxed"]) == (["red backpack"], meant, False)


def test_what_is_found_as_typed_is_not_corrected(shelf: Shelf, search: Search) -> None:
    shelf(item("boot", 1), item("boat", 2), item("boots", 3))

    result = search("boat")

    assert (names(result), result["corrected"]) == (["boat"], None)


def test_what_is_like_nothing_known_finds_nothing(shelf: Shelf, search: Search) -> None:
    shelf(item("backpack"))

    for typed in ("xyzzyx", "bak", "backpack1234"):
        result = search(typed)
        assert (result["items"], result["total"], result["corrected"]) == ([], 0, None)


def test_where_no_product_has_all_words_those_with_most_of_them_are_shown(shelf: Shelf, search: Search) -> None:
    shelf(item("red shoe", 1), item("blue velvet shoe", 2), item("hat", 3))

    result = search("velvet shoe hatbox")

    assert (names(result), result["relaxed"]) == (["blue velvet shoe", "red shoe"], True)


def test_pages_go_on_in_the_corrected_or_relaxed_list(shelf: Shelf, search: Search) -> None:
    shelf(*(item("backpack", number) for number in range(3)), *(item("red shoe", 10 + number) for number in range(3)))

    for typed in ("bakcpack", "red shoe unknown", "bakcpack unknown"):
        first = search(typed, limit="2")
        rest = search(typed, limit="2", after=first["next"])
        assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None), typed


# --- facets and prices


@pytest.fixture
def shoes(shelf: Shelf) -> None:
    """Red, blue and green shoes of two brands in two categories."""
    shelf(
        item("shoe", 1, color="red", brand="acme", categories=("wear", "boots"), price=1_000),
        item("shoe", 2, color="red", brand="bolt", categories=("wear", "boots"), price=2_000),
        item("shoe", 3, color="blue", brand="acme", categories=("wear", "sandals"), price=3_000, price_to=5_000),
        item("shoe", 4, color="green", brand="acme", categories=("wear", "sandals"), price=8_000),
        item("hat", 5, color="blue", brand="acme", categories=("wear",), price=500),
    )


@pytest.mark.usefixtures("shoes")
def test_facets_count_the_present_result(search: Search) -> None:
    result = search("shoe")

    assert result["total"] == 4
    assert counts(result, "attr.color") == {"red": 2, "blue": 1, "green": 1}
    assert counts(result, "brand") == {"acme": 3, "bolt": 1}
    assert counts(result, "category") == {"wear": 4}
    assert result["price_range"] == {
        "from": {"amount": 1_000, "currency": "CNY"}, "to": {"amount": 8_000, "currency": "CNY"}
    }  # fmt: skip


@pytest.mark.usefixtures("shoes")
def test_a_chosen_facet_keeps_counting_its_other_values_and_narrows_the_others(search: Search) -> None:
    result = search("shoe", attr_color="red")

    assert result["total"] == 2
    assert counts(result, "attr.color") == {"red": 2, "blue": 1, "green": 1}
    assert counts(result, "brand") == {"acme": 1, "bolt": 1}
    (color,) = [facet for facet in result["facets"] if facet["code"] == "attr.color"]
    assert {value["value"] for value in color["values"] if value["selected"]} == {"red"}
    assert color["name"] == "Color"


@pytest.mark.usefixtures("shoes")
def test_several_values_of_a_facet_add_up_and_several_facets_narrow(search: Search) -> None:
    both = search("shoe", attr_color="red,blue")
    narrowed = search("shoe", attr_color="red,blue", brand="acme")

    assert (both["total"], narrowed["total"]) == (3, 2)
    assert counts(narrowed, "attr.color") == {"red": 1, "blue": 1, "green": 1}
    assert counts(narrowed, "brand") == {"acme": 2, "bolt": 1}


@pytest.mark.usefixtures("shoes")
def test_a_chosen_value_that_has_no_hits_is_told_with_none(search: Search) -> None:
    result = search("hat", attr_color="red")

    assert result["total"] == 0
    assert counts(result, "attr.color") == {"blue": 1, "red": 0}


@pytest.mark.usefixtures("shoes")
def test_a_range_of_prices_takes_whatever_has_a_variant_in_it(search: Search) -> None:
    result = search("shoe", price_min="4000", price_max="6000")

    assert [card["id"] for card in result["items"]] == [product_id(3)]
    assert counts(result, "attr.color") == {"blue": 1}
    assert result["price_range"]["to"]["amount"] == 8_000
    assert search("shoe", price_min="2000")["total"] == 3
    assert search("shoe", price_max="1999")["total"] == 1
    assert search("shoe", price_min="5", price_max="1")["total"] == 0


@pytest.mark.usefixtures("shoes")
def test_a_category_holds_what_is_below_it_and_tells_its_children(search: Search) -> None:
    result = search(category="wear")

    assert result["total"] == 5
    assert counts(result, "category") == {"boots": 2, "sandals": 2}
    assert search("shoe", category="boots")["total"] == 2
    assert search("shoe", category="nowhere")["total"] == 0


@pytest.mark.usefixtures("shoes")
def test_names_come_in_the_readers_language_or_another(search: Search) -> None:
    result = search("shoe", locale="zh-CN")

    (color,) = [facet for facet in result["facets"] if facet["code"] == "attr.color"]
    assert (color["name"], color["values"][0]["name"]) == ("颜色", "Red")


def test_the_most_frequent_values_of_a_facet_are_told(shelf: Shelf, search: Search) -> None:
    shelf(*(item("shoe", number, color=f"c{number:02d}") for number in range(60)), item("shoe", 60, color="c59"))

    told = counts(search("shoe"), "attr.color")

    assert len(told) == 50
    assert told["c59"] == 2


# --- orders and pages


@pytest.mark.parametrize(
    ("sort", "order"),
    [("price", [2, 0, 1, 3]), ("-price", [3, 1, 0, 2]), ("new", [1, 3, 0, 2]), ("sales", [3, 0, 2, 1])],
)
def test_products_are_sorted_as_asked_and_pages_follow_each_other(
    shelf: Shelf, search: Search, sort: str, order: list[int]
) -> None:
    ages, prices = [3, 1, 4, 2], [200, 200, 100, 300]
    shelf(*(item("cup", n, price=prices[n], at=BEGUN - timedelta(days=ages[n])) for n in range(4)))
    sales.sold("ord_3", {product_id(3): 5}, clock.now().date())
    sales.sold("ord_0", {product_id(0): 2}, clock.now().date())
    sales.sold("ord_2", {product_id(2): 1}, clock.now().date())
    wanted = [product_id(number) for number in order]
    if sort == "price":
        wanted[1:3] = [product_id(1), product_id(0)]  # of equal prices the newer id comes first

    found, after = [], ""
    while True:
        page = search("cup", sort=sort, limit="1", **({"after": after} if after else {}))
        found += [card["id"] for card in page["items"]]
        after = page["next"]
        if after is None:
            break

    assert found == wanted


def test_pages_by_relevance_show_every_hit_once_also_of_equals(shelf: Shelf, search: Search) -> None:
    shelf(*(item("cup", number) for number in range(7)))

    found, after, totals = [], "", []
    while after is not None:
        page = search("cup", limit="3", **({"after": after} if after else {}))
        found += [card["id"] for card in page["items"]]
        totals.append(page["total"])
        after = page["next"]

    assert found == [product_id(number) for number in range(6, -1, -1)]
    assert totals == [7, None, None]


def test_filters_hold_on_later_pages(shelf: Shelf, search: Search) -> None:
    shelf(*(item("cup", n, color="red" if n % 2 else "blue", price=100 * n, categories=("a",)) for n in range(8)))
    query = {"attr_color": "red", "price_min": "100", "price_max": "600", "category": "a", "limit": "2"}

    first = search("cup", **query)
    second = search("cup", **query, after=first["next"])

    assert first["total"] == 3
    assert [card["id"] for card in first["items"] + second["items"]] == [product_id(n) for n in (5, 3, 1)]
    assert (second["next"], second["facets"], second["price_range"]) == (None, [], None)


def test_flags_are_told_while_they_last(shelf: Shelf, search: Search) -> None:
    shelf(item("cup", flags={"hot": BEGUN + timedelta(days=36_500), "new": BEGUN - timedelta(days=36_500)}))

    assert [card["flags"] for card in search("cup")["items"]] == [["hot"]]


# --- refusals


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"sort": "best"},
        {"price_min": "-1"},
        {"price_max": "1e3"},
        {"price_max": str(10**18)},
        {"locale": "de"},
        {"color": "red"},
        {"attr.": "red"},
        {"attr.Color": "red"},
        {"attr.a'b": "red"},
        {"q": "x" * 101},
        {"category": "c" * 65},
        {"q": "a\0b"},
        {"attr.color": ",".join(f"v{number}" for number in range(21))},
        {f"attr.a{number}": "x" for number in range(9)},
    ],
)
def test_a_search_that_cannot_be_understood_is_refused(invoke: Callable[..., Answer], query: dict[str, str]) -> None:
    answer = invoke("search.search_products", query=query)

    assert (answer.status, answer.code) == (400, "Invalid")


@pytest.mark.parametrize("after", ["x", "MDow", "%%%", "é", "A" * 5_000, "MDoxOnByZF8xOjAwMDAwMDAw"])
def test_a_cursor_of_ones_own_making_is_refused(invoke: Callable[..., Answer], after: str) -> None:
    answer = invoke("search.search_products", query={"q": "cup", "after": after})

    assert (answer.status, answer.code) == (400, "NotACursor")


def test_a_cursor_of_another_search_is_refused(shelf: Shelf, search: Search, invoke: Callable[..., Answer]) -> None:
    shelf(*(item("red cup", number) for number in range(3)))
    cursor = search("cup", limit="1")["next"]

    for query in ({"q": "red"}, {"q": "cup", "sort": "price"}, {"q": "cup", "attr.color": "red"}, {}):
        assert invoke("search.search_products", query=query | {"after": cursor}).code == "NotACursor"
    assert invoke("search.search_products", query={"q": "cup", "limit": "2", "after": cursor}).status == 200
