"""Replacing one of one's own addresses."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.auth import NOBODY
from mall.users.address_book import service
from mall.users.address_book.model import Address, AddressChanged
from mall.users.address_book.schemas import ChangedAddress, NewAddress
from tests.fixtures import people
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("database")


def test_an_address_is_replaced_as_a_whole(invoke: Callable[..., Answer]) -> None:
    me = people.customer()
    address = service.add(me.user_id, NewAddress(**people.address(label="家")))

    answer = invoke(
        "users.update_address",
        caller=me,
        path={"address_id": address.id},
        body=people.address(division="110101", recipient="韩梅梅", version=1),
    )

    assert answer.status == 200
    assert (answer.body["recipient"], answer.body["label"], answer.body["version"]) == ("韩梅梅", "", 2)
    assert answer.body["written"] == "北京市东城区深南大道10000号"
    assert answer.body["default"] is False
    assert service.get(me.user_id, address.id).recipient == "韩梅梅"


def test_an_older_version_overwrites_nothing(invoke: Callable[..., Answer]) -> None:
    me = people.customer()
    address = service.add(me.user_id, NewAddress(**people.address()))
    service.update(me.user_id, address.id, ChangedAddress(**people.address(recipient="韩梅梅"), version=1))

    answer = invoke("users.update_address", caller=me, path={"address_id": address.id}, body=people.address(version=1))

    assert (answer.status, answer.code) == (409, "AddressChanged")
    assert service.get(me.user_id, address.id).recipient == "韩梅梅"


def test_the_default_moves_to_the_address_that_asks_for_it(invoke: Callable[..., Answer]) -> None:
    me = people.customer()
    first, second = (service.add(me.user_id, NewAddress(**people.address())) for _ in range(2))

    invoke(
        "users.update_address",
        caller=me,
        path={"address_id": second.id},
        body=people.address(default=True, version=1),
    )

    assert [(address.id, address.default) for address in service.listed(me.user_id)] == [
        (second.id, True),
        (first.id, False),
    ]


def test_the_default_stays_where_it_is_when_it_is_asked_for_again(invoke: Callable[..., Answer]) -> None:
    me = people.customer()
    address = service.add(me.user_id, NewAddress(**people.address()))

    answer = invoke(
        "users.update_address",
        caller=me,
        path={"address_id": address.id},
        body=people.address(default=True, version=1),
    )

    assert answer.body["default"] is True
    assert service.get(me.user_id, address.id).default is True


def test_a_repetition_with_the_same_key_gets_the_first_answer(invoke: Callable[..., Answer]) -> None:
    me, headers = people.customer(), {"Idempotency-Key": "b7"}
    address = service.add(me.user_id, NewAddress(**people.address()))
    request = {
        "caller": me,
        "path": {"address_id": address.id},
        "body": people.address(recipient="韩梅梅", version=1),
        "headers": headers,
    }

    first = invoke("users.update_address", **request)
    again = invoke("users.update_address", **request)

    assert (again.status, again.body) == (200, first.body)
    assert service.get(me.user_id, address.id).version == 2


@pytest.mark.parametrize("slot", [9, 700])
def test_nobody_changes_anothers_address(invoke: Callable[..., Answer], slot: int) -> None:
    me, other = people.customer(slot=9), people.customer(slot=slot)
    address = service.add(other.user_id, NewAddress(**people.address()))

    answer = invoke(
        "users.update_address",
        caller=me,
        path={"address_id": address.id},
        body=people.address(recipient="韩梅梅", version=1),
    )

    assert (answer.status, answer.code) == (404, "AddressNotFound")
    assert service.get(other.user_id, address.id).recipient == "李雷"


def test_an_incomplete_address_replaces_nothing(invoke: Callable[..., Answer]) -> None:
    me = people.customer()
    address = service.add(me.user_id, NewAddress(**people.address()))
    path = {"address_id": address.id}

    for body, code in (
        (people.address(division="440000", version=1), "IncompleteAddress"),
        (people.address(phone="123456", version=1), "NotAPhoneNumber"),
        (people.address(), "Invalid"),
        (people.address(version=0), "Invalid"),
    ):
        answer = invoke("users.update_address", caller=me, path=path, body=body)
        assert (answer.status, answer.code) == (400, code)
    assert service.get(me.user_id, address.id).version == 1


def test_a_stranger_changes_nothing(invoke: Callable[..., Answer]) -> None:
    body = people.address(version=1)

    assert invoke("users.update_address", caller=NOBODY, path={"address_id": "adr_1"}, body=body).status == 401


def test_of_changes_of_one_version_at_once_one_wins(race: Callable[..., list[Any]]) -> None:
    me = people.customer()
    address = service.add(me.user_id, NewAddress(**people.address()))

    results = race(
        [
            (service.update, me.user_id, address.id, ChangedAddress(**people.address(recipient=name), version=1))
            for name in "甲乙丙丁"
        ]
    )

    winners = [result for result in results if isinstance(result, Address)]
    assert len(winners) == 1
    assert sum(isinstance(result, AddressChanged) for result in results) == 3
    assert service.get(me.user_id, address.id).recipient == winners[0].recipient


def test_of_addresses_that_become_the_default_at_once_one_is_it(race: Callable[..., list[Any]]) -> None:
    me = people.customer()
    addresses = [service.add(me.user_id, NewAddress(**people.address())) for _ in range(4)]

    results = race(
        [
            (service.update, me.user_id, address.id, ChangedAddress(**people.address(default=True), version=1))
            for address in addresses
        ]
    )

    assert all(isinstance(result, Address) for result in results), results
    assert sum(address.default for address in service.listed(me.user_id)) == 1
