"""Withdrawing a merchant's key."""

from collections.abc import Callable
from typing import Any

import pytest

from mall import ids
from mall.auth import NOBODY
from mall.users.api_keys import service
from mall.users.api_keys.model import MOST_KEYS, Key, NoSuchKey
from mall.users.api_keys.schemas import NewApiKey
from tests.fixtures.gateway import Answer
from tests.fixtures.programs import Program
from tests.functional.users.conftest import People, Person

ONE, OTHER = ids.new("mch", slot=1), ids.new("mch", slot=2)
LIST = "users.list_merchant_staff"


@pytest.fixture
def owner(people: People) -> Person:
    """The owner of a merchant."""
    return people.staff(["merchant_owner"], merchant_id=ONE)


def add(owner: Person) -> Key:
    """Register a key."""
    return service.add(owner.caller, NewApiKey(**Program().registration(LIST)))


def test_a_withdrawn_key_is_gone_and_the_others_stay(owner: Person, invoke: Callable[..., Answer]) -> None:
    kept, withdrawn = add(owner), add(owner)

    answer = invoke("users.remove_api_key", caller=owner.caller, path={"key_id": withdrawn.id})

    assert (answer.status, answer.body) == (204, None)
    assert service.of_merchant(owner.caller) == [kept]


def test_a_repetition_finds_it_gone(owner: Person, invoke: Callable[..., Answer]) -> None:
    path = {"key_id": add(owner).id}
    invoke("users.remove_api_key", caller=owner.caller, path=path)

    answer = invoke("users.remove_api_key", caller=owner.caller, path=path)

    assert (answer.status, answer.code) == (404, "NoSuchKey")


def test_another_merchants_key_is_not_found_and_stays(
    people: People, owner: Person, invoke: Callable[..., Answer]
) -> None:
    other = people.staff(["merchant_owner"], merchant_id=OTHER)
    foreign = add(other)

    answer = invoke("users.remove_api_key", caller=owner.caller, path={"key_id": foreign.id})

    assert (answer.status, answer.code) == (404, "NoSuchKey")
    assert service.of_merchant(other.caller) == [foreign]


@pytest.mark.parametrize("key_id", ["key_1", "keys#merchant", "nonce#key_1#0123456789abcdef"])
def test_nothing_but_a_key_is_removed(owner: Person, invoke: Callable[..., Answer], key_id: str) -> None:
    add(owner)

    answer = invoke("users.remove_api_key", caller=owner.caller, path={"key_id": key_id.replace("merchant", ONE)})

    assert (answer.status, answer.code) == (404, "NoSuchKey")


def test_a_key_that_is_removed_twice_at_once_makes_place_for_one(
    owner: Person, at_once: Callable[..., list[Any]]
) -> None:
    keys = [add(owner) for _ in range(MOST_KEYS)]

    results = at_once(*[lambda: service.remove(owner.caller, keys[0].id)] * 2)

    assert sorted(type(result).__name__ for result in results) == [NoSuchKey.__name__, "NoneType"]
    add(owner)
    assert type(at_once(lambda: add(owner))[0]).__name__ == "TooManyKeys"


def test_only_those_allowed_withdraw_keys(people: People, owner: Person, invoke: Callable[..., Answer]) -> None:
    path = {"key_id": add(owner).id}
    clerk = people.staff(["merchant_clerk"], merchant_id=ONE).caller

    assert invoke("users.remove_api_key", caller=NOBODY, path=path).status == 401
    for caller in (clerk, people.register().caller, people.staff().caller):
        assert invoke("users.remove_api_key", caller=caller, path=path).status == 403
    assert len(service.of_merchant(owner.caller)) == 1
