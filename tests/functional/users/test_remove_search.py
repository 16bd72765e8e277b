"""Taking a search out of one's searches."""

from collections.abc import Callable

import pytest

from mall.auth import NOBODY
from mall.http import Page
from mall.users.activity import service
from tests.fixtures import people
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("aws")


def test_one_search_goes_and_the_others_stay(invoke: Callable[..., Answer]) -> None:
    me = people.with_account()
    for word in ("kettle", "teapot"):
        service.record_search(me.user_id, word)
    ids = {search.text: search.id for search in service.searches(me.user_id, Page()).items}

    answers = [invoke("users.remove_search", caller=me, path={"search_id": ids["kettle"]}) for _ in range(2)]

    assert [answer.status for answer in answers] == [204, 204]
    assert [search.text for search in service.searches(me.user_id, Page()).items] == ["teapot"]


def test_nobody_removes_anothers_search(invoke: Callable[..., Answer]) -> None:
    me, other = people.with_account(), people.with_account()
    service.record_search(other.user_id, "teapot")
    (search,) = service.searches(other.user_id, Page()).items

    invoke("users.remove_search", caller=me, path={"search_id": search.id})

    assert service.searches(other.user_id, Page()).items == [search]


@pytest.mark.parametrize("search_id", ["teapot", "A" * 24, "0" * 23, "0" * 2_000])
def test_what_is_no_id_is_refused(invoke: Callable[..., Answer], search_id: str) -> None:
    answer = invoke("users.remove_search", caller=people.with_account(), path={"search_id": search_id})

    assert (answer.status, answer.code) == (400, "MalformedId")


def test_a_stranger_removes_nothing(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.remove_search", caller=NOBODY, path={"search_id": "0" * 24}).status == 401
