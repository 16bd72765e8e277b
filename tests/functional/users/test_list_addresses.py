"""Listing one's own addresses."""

from collections.abc import Callable

import pytest

from mall.auth import NOBODY
from mall.users.address_book import service
from mall.users.address_book.schemas import NewAddress
from tests.fixtures import people
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("database")


def test_the_default_comes_first_and_then_the_newest(invoke: Callable[..., Answer]) -> None:
    me = people.customer()
    first, second, third = (service.add(me.user_id, NewAddress(**people.address())).id for _ in range(3))

    answer = invoke("users.list_addresses", caller=me)

    assert answer.status == 200
    assert [address["id"] for address in answer.body["items"]] == [first, third, second]


def test_an_address_book_may_be_empty(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.list_addresses", caller=people.customer()).body == {"items": []}


def test_nobody_sees_anothers_addresses(invoke: Callable[..., Answer]) -> None:
    # In the same slot, so that only the owner tells the two books apart.
    me, other = people.customer(slot=9), people.customer(slot=9)
    service.add(other.user_id, NewAddress(**people.address()))

    assert invoke("users.list_addresses", caller=me).body == {"items": []}


def test_a_stranger_has_no_address_book(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.list_addresses", caller=NOBODY).status == 401
