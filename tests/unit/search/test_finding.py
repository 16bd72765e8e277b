"""Cursors, and what tells one list from another."""

import base64

import pytest

from mall.search.finding.model import Cursor, NotACursor, Sort, Wanted
from mall.search.model import facet_id


def test_a_cursor_comes_back_as_it_was() -> None:
    cursor = Cursor(1, -5, "prd_0")

    assert Cursor.read(cursor.text("a list"), "a list") == cursor


def test_a_cursor_belongs_to_its_list() -> None:
    with pytest.raises(NotACursor):
        Cursor.read(Cursor(0, 1, "prd_0").text("a list"), "another")


@pytest.mark.parametrize("plain", ["", "1:2:a", f"0:{10**19}:a:{'0' * 8}", "0:1:a b:00000000", f"0:{2**63}:a:11111111"])
def test_what_is_no_cursor_is_refused(plain: str) -> None:
    with pytest.raises(NotACursor):
        Cursor.read(base64.urlsafe_b64encode(plain.encode()).decode(), "a list")


def test_a_number_beyond_the_databases_is_refused() -> None:
    with pytest.raises(NotACursor):
        Cursor.read(Cursor(0, 2**63, "prd_0").text("a list"), "a list")


def test_every_part_of_a_search_makes_another_list() -> None:
    searches = [
        Wanted(),
        Wanted(words=("'a'",)),
        Wanted(words=("'a'",), any_word=True),
        Wanted(category="a"),
        Wanted(chosen={"brand": ("a",)}),
        Wanted(chosen={"merchant": ("a",)}),
        Wanted(chosen={"brand": ("a", "b")}),
        Wanted(price_min=1),
        Wanted(price_max=1),
        Wanted(sort=Sort.NEW),
    ]

    assert len({wanted.list for wanted in searches}) == len(searches)
    assert Wanted(chosen={"a": ("1", "2"), "b": ("3",)}).list == Wanted(chosen={"b": ("3",), "a": ("2", "1")}).list


def test_facets_of_one_name_but_different_kinds_are_different() -> None:
    assert len({facet_id("brand", "a"), facet_id("attr.brand", "a"), facet_id("brand", "b")}) == 3
    assert -(2**63) <= facet_id("brand", "a") < 2**63
