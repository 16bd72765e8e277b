"""Exporting somebody's favourites and browsing history."""

from collections.abc import Callable
from typing import Any

import pytest

from mall import ids
from mall.users.activity import service
from mall.users.model import AccountClosed
from tests.fixtures.buckets import keys
from tests.fixtures.copies import part, request
from tests.fixtures.people import close, with_account


def test_favourites_and_views_are_there_and_nobody_elses(run: Callable[..., Any]) -> None:
    me, other = with_account(), with_account()
    product, merchant, viewed = ids.new("prd"), ids.new("mch", slot=7), ids.new("prd")
    for user_id in (me.user_id, other.user_id):
        service.add_favourite(user_id, "product", product)
        service.record_view(user_id, viewed)
    service.add_favourite(me.user_id, "merchant", merchant)
    given = request(me.user_id)

    run("users.export_activity", given)

    found = part(given, "activity")
    assert len(found) == 3
    assert sorted(item["type"] for item in found) == ["favourite", "favourite", "view"]
    assert {item.get("id") or item.get("product_id") for item in found} == {product, merchant, viewed}


def test_a_repetition_stores_the_same(run: Callable[..., Any]) -> None:
    me = with_account()
    service.record_view(me.user_id, ids.new("prd"))
    given = request(me.user_id)

    for _ in range(2):
        run("users.export_activity", given)

    assert len(part(given, "activity")) == len(keys("exports")) == 1


def test_of_a_closed_account_nothing_is_kept(run: Callable[..., Any]) -> None:
    me = with_account()
    service.record_view(me.user_id, ids.new("prd"))
    given = request(me.user_id)
    close(me)

    with pytest.raises(AccountClosed):
        run("users.export_activity", given)

    assert keys("exports") == set()
