"""Listing one's own favourites."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from mall import clock, ids
from mall.auth import NOBODY, Caller
from mall.users.activity import service
from tests.fixtures import people
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("aws")
START = datetime(2030, 1, 1, tzinfo=UTC)


def with_favourites(count: int, kind: str = "product") -> tuple[Caller, list[str]]:
    """Somebody with so many favourites, and their ids in the order in which they were marked."""
    me = people.with_account()
    marked = [ids.new("prd") if kind == "product" else ids.new("mch", slot=3) for _ in range(count)]
    for minute, id_ in enumerate(marked):
        with clock.at(START + timedelta(minutes=minute)):
            service.add_favourite(me.user_id, kind, id_)
    return me, marked


def test_the_newest_comes_first(invoke: Callable[..., Answer]) -> None:
    me, marked = with_favourites(3)

    answer = invoke("users.list_favourites", caller=me)

    assert answer.status == 200
    assert [favourite["id"] for favourite in answer.body["items"]] == marked[::-1]
    assert answer.body["next"] is None


def test_pages_follow_one_another_without_gap_or_repetition(invoke: Callable[..., Answer]) -> None:
    me, marked = with_favourites(5)
    seen: list[str] = []
    query = {"limit": "2"}

    for _ in range(3):
        answer = invoke("users.list_favourites", caller=me, query=query)
        seen += [favourite["id"] for favourite in answer.body["items"]]
        query = {"limit": "2", "after": answer.body["next"] or ""}

    assert seen == marked[::-1]


def test_each_kind_has_a_list_of_its_own(invoke: Callable[..., Answer]) -> None:
    me, merchants = with_favourites(2, "merchant")
    service.add_favourite(me.user_id, "product", ids.new("prd"))

    answer = invoke("users.list_favourites", caller=me, query={"kind": "merchant"})

    assert [favourite["id"] for favourite in answer.body["items"]] == merchants[::-1]


def test_nobody_sees_anothers_favourites_not_even_with_their_cursor(invoke: Callable[..., Answer]) -> None:
    other, _ = with_favourites(3)
    me = people.with_account()
    cursor = invoke("users.list_favourites", caller=other, query={"limit": "1"}).body["next"]

    assert invoke("users.list_favourites", caller=me).body["items"] == []
    answer = invoke("users.list_favourites", caller=me, query={"after": cursor})
    assert (answer.status, answer.code) == (400, "Invalid")


def test_a_cursor_of_one_kind_is_none_of_the_other(invoke: Callable[..., Answer]) -> None:
    me, _ = with_favourites(3)
    cursor = invoke("users.list_favourites", caller=me, query={"limit": "1"}).body["next"]

    assert invoke("users.list_favourites", caller=me, query={"kind": "merchant", "after": cursor}).status == 400


@pytest.mark.parametrize("query", [{"kind": "order"}, {"limit": "0"}, {"limit": "101"}, {"after": "?"}, {"page": "2"}])
def test_what_is_no_query_of_this_list_is_refused(invoke: Callable[..., Answer], query: dict[str, str]) -> None:
    assert invoke("users.list_favourites", caller=people.customer(), query=query).status == 400


def test_a_stranger_has_no_favourites(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.list_favourites", caller=NOBODY).status == 401
