"""Taking a product out of one's browsing history."""

from collections.abc import Callable

import pytest

from mall import ids
from mall.auth import NOBODY
from mall.http import Page
from mall.users.activity import service
from tests.fixtures import people
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("aws")


def test_a_view_is_gone_and_removing_it_again_succeeds(invoke: Callable[..., Answer]) -> None:
    me, product, other = people.with_account(), ids.new("prd"), ids.new("prd")
    for id_ in (product, other):
        service.record_view(me.user_id, id_)

    answers = [invoke("users.remove_view", caller=me, path={"product_id": product}) for _ in range(2)]

    assert [answer.status for answer in answers] == [204, 204]
    assert [view.product_id for view in service.views(me.user_id, Page()).items] == [other]


def test_nobody_removes_anothers_view(invoke: Callable[..., Answer]) -> None:
    me, other, product = people.with_account(), people.with_account(), ids.new("prd")
    service.record_view(other.user_id, product)

    invoke("users.remove_view", caller=me, path={"product_id": product})

    assert [view.product_id for view in service.views(other.user_id, Page()).items] == [product]


def test_what_is_no_product_is_refused(invoke: Callable[..., Answer]) -> None:
    answer = invoke("users.remove_view", caller=people.customer(), path={"product_id": "prd_1"})

    assert (answer.status, answer.code) == (400, "MalformedId")


def test_a_stranger_removes_nothing(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.remove_view", caller=NOBODY, path={"product_id": ids.new("prd")}).status == 401
