"""Adding an address to one's own address book."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from mall.auth import NOBODY
from mall.ids import slot_of
from mall.users.address_book import service
from mall.users.address_book.model import MOST_ADDRESSES, Address, AddressBookFull
from mall.users.address_book.schemas import NewAddress
from tests.fixtures import people
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("database")


def test_an_address_in_china_is_completed_from_its_division(invoke: Callable[..., Answer]) -> None:
    me = people.customer()

    answer = invoke("users.add_address", caller=me, body=people.address(postal_code="518057", label="公司"))

    assert answer.status == 201
    assert slot_of(answer.body["id"]) == slot_of(me.user_id)
    assert answer.body["phone"] == "+8613800138000"
    assert answer.body["written"] == "广东省深圳市南山区深南大道10000号"
    assert (answer.body["version"], answer.body["label"]) == (1, "公司")


def test_an_address_abroad_names_country_and_city(invoke: Callable[..., Answer]) -> None:
    body = {
        "recipient": "Jane Doe",
        "phone": "020 7946 0958",
        "country": "GB",
        "city": "London",
        "lines": ["221B Baker Street"],
        "postal_code": "NW1 6XE",
    }

    answer = invoke("users.add_address", caller=people.customer(), body=body)

    assert answer.status == 201
    assert answer.body["phone"] == "+442079460958"
    assert answer.body["written"] == "221B Baker Street, London NW1 6XE, United Kingdom"


def test_the_first_address_becomes_the_default_and_the_second_does_not(invoke: Callable[..., Answer]) -> None:
    me = people.customer()

    first = invoke("users.add_address", caller=me, body=people.address())
    second = invoke("users.add_address", caller=me, body=people.address())

    assert [first.body["default"], second.body["default"]] == [True, False]


def test_a_new_default_takes_the_place_of_the_one_before(invoke: Callable[..., Answer]) -> None:
    me = people.customer()
    invoke("users.add_address", caller=me, body=people.address())

    second = invoke("users.add_address", caller=me, body=people.address(default=True))

    assert [address.id for address in service.listed(me.user_id) if address.default] == [second.body["id"]]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"division": "440300"}, "IncompleteAddress", "division"),
        ({"division": "999999"}, "IncompleteAddress", "division"),
        ({"division": ""}, "IncompleteAddress", "division"),
        ({"postal_code": "1"}, "IncompleteAddress", "postal_code"),
        ({"country": "HK", "city": "Hong Kong"}, "IncompleteAddress", "division"),
        ({"country": "XX", "city": "Nowhere"}, "IncompleteAddress", "country"),
        ({"country": "FR"}, "IncompleteAddress", "city"),
    ],
)
def test_an_incomplete_address_is_refused_with_the_field(
    invoke: Callable[..., Answer], change: dict[str, Any], code: str, field: str
) -> None:
    # A French number, so that only the place is at fault.
    answer = invoke("users.add_address", caller=people.customer(), body=people.address(phone="+33142685300") | change)

    assert (answer.status, answer.code) == (400, code)
    assert answer.body["Details"]["field"] == field


@pytest.mark.parametrize(
    "change",
    [
        {"recipient": ""},
        {"recipient": "x" * 65},
        {"recipient": "李雷\n韩梅梅"},
        {"lines": []},
        {"lines": ["a", "b", "c", "d"]},
        {"lines": ["   "]},
        {"lines": ["a\u2028b"]},
        {"country": "China"},
        {"version": 1},
        {"user_id": "usr_somebody"},
    ],
)
def test_what_has_no_place_in_an_address_is_refused(invoke: Callable[..., Answer], change: dict[str, Any]) -> None:
    answer = invoke("users.add_address", caller=people.customer(), body=people.address(**change))

    assert (answer.status, answer.code) == (400, "Invalid")
    assert people.address()["phone"] not in json.dumps(answer.body)


def test_a_number_that_nobody_can_call_is_refused(invoke: Callable[..., Answer]) -> None:
    answer = invoke("users.add_address", caller=people.customer(), body=people.address(phone="12345678"))

    assert (answer.status, answer.code) == (400, "NotAPhoneNumber")
    assert "12345678" not in json.dumps(answer.body)


def test_a_full_address_book_takes_no_more(invoke: Callable[..., Answer]) -> None:
    me = people.customer()
    for _ in range(MOST_ADDRESSES):
        service.add(me.user_id, NewAddress(**people.address()))

    answer = invoke("users.add_address", caller=me, body=people.address())

    assert (answer.status, answer.code) == (409, "AddressBookFull")
    assert len(service.listed(me.user_id)) == MOST_ADDRESSES


def test_a_repetition_with_the_same_key_adds_one_address(invoke: Callable[..., Answer]) -> None:
    me, headers = people.customer(), {"Idempotency-Key": "6b1f"}

    first = invoke("users.add_address", caller=me, body=people.address(), headers=headers)
    again = invoke("users.add_address", caller=me, body=people.address(), headers=headers)

    assert (again.status, again.body) == (first.status, first.body)
    assert len(service.listed(me.user_id)) == 1


def test_a_key_does_not_serve_for_another_address(invoke: Callable[..., Answer]) -> None:
    me, headers = people.customer(), {"Idempotency-Key": "6b1f"}
    invoke("users.add_address", caller=me, body=people.address(), headers=headers)

    answer = invoke("users.add_address", caller=me, body=people.address(recipient="韩梅梅"), headers=headers)

    assert (answer.status, answer.code) == (409, "IdempotencyKeyReused")


def test_a_key_is_each_callers_own(invoke: Callable[..., Answer]) -> None:
    one, other, headers = people.customer(), people.customer(), {"Idempotency-Key": "6b1f"}

    answers = [invoke("users.add_address", caller=me, body=people.address(), headers=headers) for me in (one, other)]

    assert answers[0].body["id"] != answers[1].body["id"]


def test_a_stranger_has_no_address_book(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.add_address", caller=NOBODY, body=people.address()).status == 401


def test_of_first_addresses_added_at_once_exactly_one_is_the_default(race: Callable[..., list[Any]]) -> None:
    me = people.customer()

    added = race([(service.add, me.user_id, NewAddress(**people.address()))] * 4)

    assert all(isinstance(address, Address) for address in added), added
    assert [address.default for address in service.listed(me.user_id)] == [True, False, False, False]


def test_of_defaults_added_at_once_exactly_one_stays_the_default(race: Callable[..., list[Any]]) -> None:
    me = people.customer()
    service.add(me.user_id, NewAddress(**people.address()))

    added = race([(service.add, me.user_id, NewAddress(**people.address(default=True)))] * 8)

    assert all(isinstance(address, Address) for address in added), added
    assert [address.default for address in service.listed(me.user_id)] == [True] + [False] * 8


def test_the_last_free_place_is_given_once(race: Callable[..., list[Any]]) -> None:
    me = people.customer()
    for _ in range(MOST_ADDRESSES - 1):
        service.add(me.user_id, NewAddress(**people.address()))

    added = race([(service.add, me.user_id, NewAddress(**people.address()))] * 4)

    assert sorted(type(result).__name__ for result in added) == ["Address"] + [AddressBookFull.__name__] * 3
    assert len(service.listed(me.user_id)) == MOST_ADDRESSES


def test_nothing_of_an_address_reaches_the_log(
    invoke: Callable[..., Answer], capsys: pytest.CaptureFixture[str]
) -> None:
    invoke("users.add_address", caller=people.customer(), body=people.address(lines=["秘密路7号"]))
    invoke("users.add_address", caller=people.customer(), body=people.address(lines=["秘密路7号"], division="1"))

    logged = "".join(capsys.readouterr())
    assert "users.add_address" in logged
    for secret in ("秘密路7号", "李雷", "13800138000"):
        assert secret not in logged
        assert json.dumps(secret).strip('"') not in logged
