"""Deleting the address book of a closed account."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.users.address_book import service
from mall.users.address_book.model import Address
from mall.users.address_book.schemas import NewAddress
from mall.users.model import AccountClosed
from tests.fixtures import people
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("database")


def test_the_whole_book_is_deleted_and_nobody_elses(run: Callable[..., Any]) -> None:
    me, other = people.customer(slot=9), people.customer(slot=9)
    for owner in (me, me, other):
        service.add(owner.user_id, NewAddress(**people.address()))

    result = run("users.erase_addresses", {"user_id": me.user_id})

    assert result == {"addresses": 2}
    assert service.listed(me.user_id) == []
    assert len(service.listed(other.user_id)) == 1


def test_a_repetition_gets_the_first_answer(run: Callable[..., Any]) -> None:
    me = people.customer()
    service.add(me.user_id, NewAddress(**people.address()))

    assert run("users.erase_addresses", {"user_id": me.user_id}) == {"addresses": 1}
    assert run("users.erase_addresses", {"user_id": me.user_id}) == {"addresses": 1}


def test_an_attempt_that_died_halfway_is_simply_done_again() -> None:
    me = people.customer()
    service.add(me.user_id, NewAddress(**people.address()))

    assert [service.erase(me.user_id), service.erase(me.user_id)] == [1, 0]


def test_who_was_erased_gets_no_address_book_again(invoke: Callable[..., Answer]) -> None:
    me = people.customer()
    service.erase(me.user_id)

    # The access token is good for some minutes more.
    answer = invoke("users.add_address", caller=me, body=people.address())

    assert (answer.status, answer.code) == (403, "AccountClosed")
    assert service.listed(me.user_id) == []


def test_of_what_is_added_while_it_is_erased_nothing_stays(race: Callable[..., list[Any]]) -> None:
    me = people.customer()

    results = race([(service.add, me.user_id, NewAddress(**people.address())), (service.erase, me.user_id)] * 4)

    assert {type(result) for result in results} <= {Address, int, AccountClosed}
    assert service.listed(me.user_id) == []


def test_a_copy_of_the_data_holds_every_address() -> None:
    me = people.customer()
    added = [service.add(me.user_id, NewAddress(**people.address())).id for _ in range(3)]

    copy = list(service.export(me.user_id))

    assert sorted(address["id"] for address in copy) == sorted(added)
    assert copy[0]["phone"] == "+8613800138000"
