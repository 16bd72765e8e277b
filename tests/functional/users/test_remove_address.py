"""Removing one of one's own addresses."""

from collections.abc import Callable

import pytest

from mall.auth import NOBODY
from mall.users.address_book import service
from mall.users.address_book.model import MOST_ADDRESSES
from mall.users.address_book.schemas import NewAddress
from tests.fixtures import people
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("database")


def test_a_removed_address_is_gone_and_removing_it_again_succeeds(invoke: Callable[..., Answer]) -> None:
    me = people.customer()
    address = service.add(me.user_id, NewAddress(**people.address()))

    answers = [invoke("users.remove_address", caller=me, path={"address_id": address.id}) for _ in range(2)]

    assert [(answer.status, answer.body) for answer in answers] == [(204, None), (204, None)]
    assert service.listed(me.user_id) == []


def test_without_the_default_no_other_address_becomes_it_by_itself(invoke: Callable[..., Answer]) -> None:
    me = people.customer()
    first, second = (service.add(me.user_id, NewAddress(**people.address())) for _ in range(2))

    invoke("users.remove_address", caller=me, path={"address_id": first.id})

    assert [(address.id, address.default) for address in service.listed(me.user_id)] == [(second.id, False)]


def test_a_removed_address_makes_room_for_another(invoke: Callable[..., Answer]) -> None:
    me = people.customer()
    addresses = [service.add(me.user_id, NewAddress(**people.address())) for _ in range(MOST_ADDRESSES)]

    invoke("users.remove_address", caller=me, path={"address_id": addresses[7].id})

    assert service.add(me.user_id, NewAddress(**people.address())).id


@pytest.mark.parametrize("slot", [9, 700])
def test_nobody_removes_anothers_address(invoke: Callable[..., Answer], slot: int) -> None:
    me, other = people.customer(slot=9), people.customer(slot=slot)
    address = service.add(other.user_id, NewAddress(**people.address()))

    answer = invoke("users.remove_address", caller=me, path={"address_id": address.id})

    # The same answer as for an id that never was: it tells nothing of other people's addresses.
    assert answer.status == 204
    assert service.get(other.user_id, address.id) == address


def test_a_stranger_removes_nothing(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.remove_address", caller=NOBODY, path={"address_id": "adr_1"}).status == 401
