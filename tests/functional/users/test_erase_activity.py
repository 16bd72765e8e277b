"""Deleting the favourites and the browsing history of a closed account."""

from collections.abc import Callable
from typing import Any

import pytest

from mall import ids
from mall.auth import Caller
from mall.users.activity import service
from tests.fixtures import people
from tests.functional.users.test_add_favourite import counted

pytestmark = pytest.mark.usefixtures("aws")


def active() -> Caller:
    """Somebody with favourites and views, thirty of each, which is more than one batch."""
    me = people.with_account()
    for _ in range(30):
        service.add_favourite(me.user_id, "product", ids.new("prd"))
        service.record_view(me.user_id, ids.new("prd"))
    return me


def test_all_of_it_is_deleted_and_nobody_elses(run: Callable[..., Any]) -> None:
    me, other = active(), people.with_account()
    service.record_view(other.user_id, ids.new("prd"))

    assert run("users.erase_activity", {"user_id": me.user_id}) == {"entries": 60}
    assert list(service.export(me.user_id)) == []
    assert counted(me.user_id) == 0
    assert len(list(service.export(other.user_id))) == 1


def test_a_repetition_gets_the_first_answer(run: Callable[..., Any]) -> None:
    me = active()

    assert [run("users.erase_activity", {"user_id": me.user_id}) for _ in range(2)] == [{"entries": 60}] * 2


def test_an_attempt_that_died_halfway_is_simply_done_again() -> None:
    me = active()

    assert [service.erase(me.user_id), service.erase(me.user_id)] == [60, 0]


def test_a_copy_of_the_data_holds_favourites_and_views() -> None:
    me, product, merchant = people.with_account(), ids.new("prd"), ids.new("mch", slot=3)
    service.add_favourite(me.user_id, "merchant", merchant)
    service.record_view(me.user_id, product)

    copy = {entry["type"]: entry for entry in service.export(me.user_id)}

    assert (copy["favourite"]["kind"], copy["favourite"]["id"]) == ("merchant", merchant)
    assert copy["view"]["product_id"] == product
