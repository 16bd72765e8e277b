"""Clearing one's browsing history."""

from collections.abc import Callable

import pytest

from mall import ids
from mall.auth import NOBODY
from mall.http import Page
from mall.users.activity import service
from mall.users.activity.schemas import FavouriteQuery
from tests.fixtures import people
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("aws")


def test_everything_viewed_is_forgotten_and_favourites_stay(invoke: Callable[..., Answer]) -> None:
    me, favourite = people.with_account(), ids.new("prd")
    for _ in range(3):
        service.record_view(me.user_id, ids.new("prd"))
    service.add_favourite(me.user_id, "product", favourite)

    answers = [invoke("users.clear_views", caller=me) for _ in range(2)]

    assert [answer.status for answer in answers] == [204, 204]
    assert service.views(me.user_id, Page()).items == []
    assert [marked.id for marked in service.favourites(me.user_id, FavouriteQuery()).items] == [favourite]


def test_nobody_clears_anothers_history(invoke: Callable[..., Answer]) -> None:
    me, other = people.with_account(), people.with_account()
    service.record_view(other.user_id, ids.new("prd"))

    invoke("users.clear_views", caller=me)

    assert len(service.views(other.user_id, Page()).items) == 1


def test_a_stranger_clears_nothing(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.clear_views", caller=NOBODY).status == 401
