"""Suggestions while somebody types."""

from collections.abc import Callable
from typing import Any

import pytest

from mall import clock
from mall.search.popular import store as popular
from mall.search.suggestions import service
from tests.fixtures.gateway import Answer
from tests.functional.search.conftest import Shelf, item

pytestmark = pytest.mark.usefixtures("aws", "database")

Suggest = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def suggest(invoke: Callable[..., Answer]) -> Suggest:
    """Type something, and get what is suggested."""

    def ask(typed: str, **query: str) -> list[dict[str, Any]]:
        answer = invoke("search.suggest_terms", query={"q": typed} | query)
        assert answer.status == 200, answer.body
        return list(answer.body["items"])

    return ask


def texts(found: list[dict[str, Any]]) -> list[str]:
    return [one["text"] for one in found]


def test_searches_categories_brands_and_words_are_suggested_in_this_order(shelf: Shelf, suggest: Suggest) -> None:
    shelf(item("backpack", 1, categories=("backcountry",), brand="backwoods"), item("backpacks", 2), item("hat", 3))
    popular.count([("back to school", "Back to School", 3)], clock.now())
    popular.rank(clock.now())
    service.refresh()

    assert suggest("Back") == [
        {"text": "Back to School", "kind": "query", "id": None},
        {"text": "Backcountry", "kind": "category", "id": "backcountry"},
        {"text": "Backwoods", "kind": "brand", "id": "backwoods"},
        {"text": "backpack", "kind": "word", "id": None},
        {"text": "backpacks", "kind": "word", "id": None},
    ]
    assert suggest("back", limit="2") == suggest("back")[:2]


def test_what_more_products_have_is_suggested_first_after_the_next_count(shelf: Shelf, suggest: Suggest) -> None:
    shelf(item("boat", 1), item("boot", 2), item("boot", 3), item("bolt", 4), item("boot bolt", 5))

    service.refresh()

    assert texts(suggest("bo")) == ["boot", "bolt", "boat"]


def test_what_no_product_has_any_more_is_suggested_no_more(shelf: Shelf, suggest: Suggest) -> None:
    shelf(item("boat", 1, brand="bogus", categories=("boating",)), item("boot", 2))
    shelf(item("hat", 1), item("boot", 2))

    service.refresh()

    assert texts(suggest("bo")) == ["boot"]


def test_the_end_of_a_last_word_fits_the_words_before_it(shelf: Shelf, suggest: Suggest) -> None:
    shelf(item("leather backpack", 1), item("leather bag", 2), item("leather bag", 3), item("cotton bandana", 4))

    assert texts(suggest("leather ba")) == ["leather bag", "leather backpack"]
    assert texts(suggest("cotton ba")) == ["cotton bandana"]
    assert suggest("velvet ba") == []


def test_chinese_goes_on_as_products_names_do(shelf: Shelf, suggest: Suggest) -> None:
    shelf(
        item("dress", 1, chinese="夏季连衣裙"),
        item("dress", 2, chinese="连衣裙 长款"),
        item("overall", 3, chinese="连衣工装裤"),
    )

    assert texts(suggest("连衣")) == ["连衣裙", "连衣工装裤"]
    assert texts(suggest("长款 连")) == ["长款 连衣裙"]


def test_wildcards_are_only_characters(shelf: Shelf, suggest: Suggest) -> None:
    shelf(item("backpack", 1), item("100% cotton", 2))

    assert [suggest(typed) for typed in ("%", "_ack", "b%k", "\\", "'", "back%")] == [[]] * 6


@pytest.mark.parametrize("query", [{}, {"q": "x" * 101}, {"q": "a", "limit": "0"}, {"q": "a", "limit": "21"}])
def test_what_cannot_be_understood_is_refused(invoke: Callable[..., Answer], query: dict[str, str]) -> None:
    answer = invoke("search.suggest_terms", query=query)

    assert (answer.status, answer.code) == (400, "Invalid")
