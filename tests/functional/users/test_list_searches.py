"""Listing what one searched for."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from mall import clock
from mall.auth import NOBODY
from mall.users.activity import service
from tests.fixtures import people
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("aws")
START = datetime(2030, 1, 1, tzinfo=UTC)


def test_searches_come_in_pages_newest_first(invoke: Callable[..., Answer]) -> None:
    me = people.with_account()
    for minute in range(5):
        with clock.at(START + timedelta(minutes=minute)):
            service.record_search(me.user_id, f"search {minute}")

    found, after = [], None
    with clock.at(START + timedelta(hours=1)):
        while True:
            query = {"limit": "2"} | ({"after": after} if after else {})
            page = invoke("users.list_searches", caller=me, query=query).body
            found += [item["text"] for item in page["items"]]
            if (after := page["next"]) is None:
                break

    assert found == [f"search {minute}" for minute in (4, 3, 2, 1, 0)]


def test_one_sees_ones_own_searches_only(invoke: Callable[..., Answer]) -> None:
    me, other = people.with_account(), people.with_account()
    for word in ("kettle", "teapot"):
        service.record_search(other.user_id, word)
    cursor = invoke("users.list_searches", caller=other, query={"limit": "1"}).body["next"]

    mine = invoke("users.list_searches", caller=me)
    stolen = invoke("users.list_searches", caller=me, query={"after": cursor})

    assert mine.body == {"items": [], "next": None}
    assert stolen.status == 400


def test_a_stranger_has_no_searches(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.list_searches", caller=NOBODY).status == 401
