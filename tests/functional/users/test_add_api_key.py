"""Registering a public key for a merchant's signed calls."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from mall import ids
from mall.auth import NOBODY
from mall.users.api_keys import service
from mall.users.api_keys.model import MOST_KEYS, Key, TooManyKeys
from mall.users.api_keys.schemas import NewApiKey
from tests.fixtures.gateway import Answer
from tests.fixtures.programs import Program, text
from tests.functional.users.conftest import People, Person

MERCHANT = ids.new("mch", slot=7)
LIST = "users.list_merchant_staff"


@pytest.fixture
def owner(people: People) -> Person:
    """The owner of a merchant."""
    return people.staff(["merchant_owner"], merchant_id=MERCHANT)


def form(*permissions: str) -> NewApiKey:
    """The registration of a new program."""
    return NewApiKey(**Program().registration(*(permissions or (LIST,))))


def test_a_registered_key_says_what_it_is_for_and_who_registered_it(
    owner: Person, invoke: Callable[..., Answer]
) -> None:
    program = Program()

    answer = invoke("users.add_api_key", caller=owner.caller, body=program.registration(LIST, name="ERP"))

    assert answer.status == 201
    assert (answer.body["name"], answer.body["permissions"]) == ("ERP", [LIST])
    assert answer.body["public_key"].rstrip("=") == program.public_key
    assert answer.body["created_by"] == owner.id


def test_a_key_in_any_spelling_of_base_64_is_the_same_key(owner: Person, invoke: Callable[..., Answer]) -> None:
    raw = b"\xfb\xff" * 16
    spellings = [base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode().rstrip("=")]

    registered = [
        invoke("users.add_api_key", caller=owner.caller, body=Program().registration(LIST) | {"public_key": spelling})
        for spelling in spellings
    ]

    assert {answer.body["public_key"] for answer in registered} == {base64.urlsafe_b64encode(raw).decode()}


@pytest.mark.parametrize("public_key", ["A" * 44, "A" * 47, "!" * 43, "ключ" * 11, "A" * 42 + "=="])
def test_what_is_no_public_key_is_refused(owner: Person, invoke: Callable[..., Answer], public_key: str) -> None:
    body = Program().registration(LIST) | {"public_key": public_key}

    answer = invoke("users.add_api_key", caller=owner.caller, body=body)

    assert (answer.status, answer.code) == (400, "NotAPublicKey")


@pytest.mark.parametrize(
    "change",
    [{"permissions": []}, {"permissions": ["*"]}, {"name": ""}, {"public_key": "A"}, {"merchant_id": MERCHANT}],
)
def test_what_has_no_place_in_a_registration_is_refused(
    owner: Person, invoke: Callable[..., Answer], change: dict[str, Any]
) -> None:
    answer = invoke("users.add_api_key", caller=owner.caller, body=Program().registration(LIST) | change)

    assert (answer.status, answer.code) == (400, "Invalid")


@pytest.mark.parametrize("permission", ["users.create_staff", "users.define_role", "orders.ship_order"])
def test_a_key_may_no_more_than_who_registers_it(owner: Person, invoke: Callable[..., Answer], permission: str) -> None:
    answer = invoke("users.add_api_key", caller=owner.caller, body=Program().registration(LIST, permission))

    assert (answer.status, answer.code) == (403, "RoleBeyondOwn")
    assert service.of_merchant(owner.caller) == []


def test_a_key_registers_no_key_with_more_permissions_than_its_own(
    owner: Person, invoke: Callable[..., Answer]
) -> None:
    program = Program()
    registered = invoke("users.add_api_key", caller=owner.caller, body=program.registration("users.add_api_key", LIST))
    program.key_id = registered.body["id"]

    def add(*permissions: str) -> Answer:
        sent = text(Program().registration(*permissions))
        headers = program.sign("POST", "/api/merchant/keys", body=sent)
        return invoke("users.add_api_key", body=sent, headers=headers)

    assert add("users.remove_api_key").code == "RoleBeyondOwn"
    answer = add(LIST)
    assert (answer.status, answer.body["created_by"]) == (201, program.key_id)


def test_who_was_disabled_a_moment_ago_leaves_no_key_behind(
    people: People, owner: Person, invoke: Callable[..., Answer]
) -> None:
    disabled = {"path": {"user_id": owner.id}, "body": {"state": "disabled"}}
    assert invoke("users.update_staff", caller=people.staff().caller, **disabled).status == 200

    answer = invoke("users.add_api_key", caller=owner.caller, body=Program().registration(LIST))

    assert (answer.status, answer.code) == (403, "Forbidden")
    assert service.of_merchant(owner.caller) == []


def test_who_was_made_a_clerk_a_moment_ago_registers_no_key_of_an_owner(
    people: People, owner: Person, invoke: Callable[..., Answer]
) -> None:
    changed = {"path": {"user_id": owner.id}, "body": {"roles": ["merchant_clerk"]}}
    invoke("users.update_staff", caller=people.staff().caller, **changed)

    answer = invoke("users.add_api_key", caller=owner.caller, body=Program().registration("users.add_api_key"))

    assert answer.code == "RoleBeyondOwn"


def test_a_merchant_has_a_number_of_keys_and_a_withdrawn_one_makes_place(
    owner: Person, invoke: Callable[..., Answer]
) -> None:
    keys = [service.add(owner.caller, form()) for _ in range(MOST_KEYS)]

    full = invoke("users.add_api_key", caller=owner.caller, body=Program().registration(LIST))
    service.remove(owner.caller, keys[0].id)
    again = invoke("users.add_api_key", caller=owner.caller, body=Program().registration(LIST))

    assert (full.status, full.code) == (409, "TooManyKeys")
    assert again.status == 201
    assert len(service.of_merchant(owner.caller)) == MOST_KEYS


def test_the_last_place_is_given_once(owner: Person, at_once: Callable[..., list[Any]]) -> None:
    for _ in range(MOST_KEYS - 1):
        service.add(owner.caller, form())

    results = at_once(*[lambda: service.add(owner.caller, form())] * 3)

    assert sorted(type(result).__name__ for result in results) == [Key.__name__] + [TooManyKeys.__name__] * 2
    assert len(service.of_merchant(owner.caller)) == MOST_KEYS


def test_a_repetition_with_the_same_idempotency_key_registers_one_key(
    owner: Person, invoke: Callable[..., Answer]
) -> None:
    request = {"body": Program().registration(LIST), "headers": {"Idempotency-Key": "1f"}}

    first = invoke("users.add_api_key", caller=owner.caller, **request)
    again = invoke("users.add_api_key", caller=owner.caller, **request)

    assert (again.status, again.body) == (first.status, first.body)
    assert len(service.of_merchant(owner.caller)) == 1


def test_only_those_allowed_register_keys(people: People, invoke: Callable[..., Answer]) -> None:
    body = Program().registration(LIST)
    clerk = people.staff(["merchant_clerk"], merchant_id=MERCHANT).caller

    assert invoke("users.add_api_key", caller=NOBODY, body=body).status == 401
    for caller in (clerk, people.register().caller, people.staff().caller):
        assert invoke("users.add_api_key", caller=caller, body=body).status == 403
