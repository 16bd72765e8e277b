"""Clearing one's searches."""

from collections.abc import Callable

import pytest

from mall import ids
from mall.auth import NOBODY
from mall.http import Page
from mall.users.activity import service
from tests.fixtures import people
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("aws")


def test_everything_searched_for_is_forgotten_and_views_stay(invoke: Callable[..., Answer]) -> None:
    me, product = people.with_account(), ids.new("prd")
    for word in ("kettle", "teapot", "雨伞"):
        service.record_search(me.user_id, word)
    service.record_view(me.user_id, product)

    answers = [invoke("users.clear_searches", caller=me) for _ in range(2)]

    assert [answer.status for answer in answers] == [204, 204]
    assert service.searches(me.user_id, Page()).items == []
    assert [view.product_id for view in service.views(me.user_id, Page()).items] == [product]


def test_nobody_clears_anothers_searches(invoke: Callable[..., Answer]) -> None:
    me, other = people.with_account(), people.with_account()
    service.record_search(other.user_id, "teapot")

    invoke("users.clear_searches", caller=me)

    assert len(service.searches(other.user_id, Page()).items) == 1


def test_a_stranger_clears_nothing(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.clear_searches", caller=NOBODY).status == 401
