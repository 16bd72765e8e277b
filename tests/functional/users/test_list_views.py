"""Listing what one looked at lately."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mall import clock, ids
from mall.auth import NOBODY, Caller
from mall.users.activity import service
from tests.fixtures import people
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("aws")
START = datetime(2030, 1, 1, tzinfo=UTC)


def with_views(count: int) -> tuple[Caller, list[str]]:
    """Somebody who viewed so many products, one a minute, and their ids in that order."""
    me, products = people.with_account(), [ids.new("prd") for _ in range(count)]
    for minute, product in enumerate(products):
        with clock.at(START + timedelta(minutes=minute)):
            service.record_view(me.user_id, product)
    return me, products


def test_pages_follow_one_another_newest_first(invoke: Callable[..., Answer]) -> None:
    me, products = with_views(5)
    seen: list[str] = []
    query = {"limit": "2"}

    with clock.at(START + timedelta(hours=1)):
        for _ in range(3):
            answer = invoke("users.list_views", caller=me, query=query)
            seen += [view["product_id"] for view in answer.body["items"]]
            query = {"limit": "2", "after": answer.body["next"] or ""}

    assert seen == products[::-1]
    assert answer.body["next"] is None


def test_what_is_older_than_90_days_is_not_shown_although_it_is_still_stored(invoke: Callable[..., Answer]) -> None:
    me, products = with_views(3)

    with clock.at(START + timedelta(days=90, minutes=1, seconds=30)):
        answer = invoke("users.list_views", caller=me)

    assert [view["product_id"] for view in answer.body["items"]] == products[2:]


def test_a_page_that_expired_since_the_one_before_is_empty(invoke: Callable[..., Answer]) -> None:
    me, _ = with_views(3)
    with clock.at(START + timedelta(hours=1)):
        cursor = invoke("users.list_views", caller=me, query={"limit": "1"}).body["next"]

    with clock.at(START + timedelta(days=91)):
        answer = invoke("users.list_views", caller=me, query={"after": cursor})

    assert (answer.status, answer.body) == (200, {"items": [], "next": None})


@pytest.mark.parametrize("key", [{}, {"recent": {"N": "1"}}, {"recent": {"S": "view#9"}}, {"recent": "view#9"}])
def test_a_cursor_of_ones_own_making_is_refused(invoke: Callable[..., Answer], key: dict[str, Any]) -> None:
    me, _ = with_views(1)
    made = json.dumps({"user_id": {"S": me.user_id}} | key).encode()

    answer = invoke("users.list_views", caller=me, query={"after": base64.urlsafe_b64encode(made).decode()})

    assert (answer.status, answer.code) == (400, "Invalid")


def test_favourites_are_not_in_the_history(invoke: Callable[..., Answer]) -> None:
    me = people.with_account()
    service.add_favourite(me.user_id, "product", ids.new("prd"))

    assert invoke("users.list_views", caller=me).body == {"items": [], "next": None}


def test_nobody_sees_anothers_history_not_even_with_their_cursor(invoke: Callable[..., Answer]) -> None:
    other, _ = with_views(3)
    me = people.with_account()

    with clock.at(START + timedelta(hours=1)):
        cursor = invoke("users.list_views", caller=other, query={"limit": "1"}).body["next"]
        assert invoke("users.list_views", caller=me).body["items"] == []
        assert invoke("users.list_views", caller=me, query={"after": cursor}).status == 400


def test_a_cursor_of_the_favourites_is_none_of_the_history(invoke: Callable[..., Answer]) -> None:
    me = people.with_account()
    for _ in range(2):
        service.add_favourite(me.user_id, "product", ids.new("prd"))
    cursor = invoke("users.list_favourites", caller=me, query={"limit": "1"}).body["next"]

    assert invoke("users.list_views", caller=me, query={"after": cursor}).status == 400


def test_a_stranger_has_no_history(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.list_views", caller=NOBODY).status == 401
