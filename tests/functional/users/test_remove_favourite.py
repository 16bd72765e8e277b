"""Taking a product or merchant out of one's favourites."""

from collections.abc import Callable

import pytest

from mall import ids
from mall.auth import NOBODY
from mall.users.activity import service
from mall.users.activity.model import MOST_FAVOURITES, TooManyFavourites
from mall.users.activity.schemas import FavouriteQuery
from tests.fixtures import people
from tests.fixtures.gateway import Answer
from tests.functional.users.test_add_favourite import count_as, counted

pytestmark = pytest.mark.usefixtures("aws")


def test_a_favourite_is_gone_and_removing_it_again_succeeds(invoke: Callable[..., Answer]) -> None:
    me, product, other = people.with_account(), ids.new("prd"), ids.new("prd")
    for id_ in (product, other):
        service.add_favourite(me.user_id, "product", id_)

    answers = [invoke("users.remove_favourite", caller=me, path={"kind": "product", "id": product}) for _ in "12"]

    assert [answer.status for answer in answers] == [204, 204]
    assert [favourite.id for favourite in service.favourites(me.user_id, FavouriteQuery()).items] == [other]
    assert counted(me.user_id) == 1


def test_a_removed_favourite_makes_room_for_another(invoke: Callable[..., Answer]) -> None:
    me, product = people.with_account(), ids.new("prd")
    service.add_favourite(me.user_id, "product", product)
    count_as(me.user_id, MOST_FAVOURITES)
    with pytest.raises(TooManyFavourites):
        service.add_favourite(me.user_id, "product", ids.new("prd"))

    invoke("users.remove_favourite", caller=me, path={"kind": "product", "id": product})

    assert service.add_favourite(me.user_id, "product", ids.new("prd"))


def test_nobody_removes_anothers_favourite(invoke: Callable[..., Answer]) -> None:
    me, other, product = people.with_account(), people.with_account(), ids.new("prd")
    service.add_favourite(other.user_id, "product", product)

    invoke("users.remove_favourite", caller=me, path={"kind": "product", "id": product})

    assert [favourite.id for favourite in service.favourites(other.user_id, FavouriteQuery()).items] == [product]
    assert counted(me.user_id) == 0


def test_what_cannot_be_a_favourite_is_refused(invoke: Callable[..., Answer]) -> None:
    me = people.customer()

    assert invoke("users.remove_favourite", caller=me, path={"kind": "order", "id": "ord_1"}).status == 404
    assert invoke("users.remove_favourite", caller=me, path={"kind": "product", "id": "prd_1"}).status == 400


def test_a_stranger_removes_nothing(invoke: Callable[..., Answer]) -> None:
    path = {"kind": "product", "id": ids.new("prd")}

    assert invoke("users.remove_favourite", caller=NOBODY, path=path).status == 401
