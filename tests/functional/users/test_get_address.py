"""Reading one of one's own addresses."""

from collections.abc import Callable

import pytest

from mall import ids
from mall.auth import NOBODY
from mall.users.address_book import service
from mall.users.address_book.schemas import NewAddress
from tests.fixtures import people
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("database")


def test_an_address_is_read_as_it_was_written(invoke: Callable[..., Answer]) -> None:
    me = people.customer()
    address = service.add(me.user_id, NewAddress(**people.address()))

    answer = invoke("users.get_address", caller=me, path={"address_id": address.id})

    assert answer.status == 200
    assert (answer.body["id"], answer.body["district"]) == (address.id, "南山区")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("slot", [9, 700])
def test_anothers_address_is_not_there_for_me(invoke: Callable[..., Answer], slot: int) -> None:
    me, other = people.customer(slot=9), people.customer(slot=slot)
    address = service.add(other.user_id, NewAddress(**people.address()))

    answer = invoke("users.get_address", caller=me, path={"address_id": address.id})

    assert (answer.status, answer.code) == (404, "AddressNotFound")


def test_what_is_no_address_is_not_found(invoke: Callable[..., Answer]) -> None:
    me = people.customer()

    for address_id in (ids.new("adr", slot=ids.slot_of(me.user_id)), "adr_1", "' OR 1=1 --"):
        answer = invoke("users.get_address", caller=me, path={"address_id": address_id})
        assert (answer.status, answer.code) == (404, "AddressNotFound")


def test_a_stranger_reads_no_address(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.get_address", caller=NOBODY, path={"address_id": "adr_1"}).status == 401
