"""Merchants' signed calls, through authorizer and function: accepted once, as signed, and for their own merchant."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from infra.api.endpoints import routes
from mall import clock, ids
from mall.auth import Caller
from tests.fixtures.gateway import Answer
from tests.fixtures.programs import Program, text
from tests.functional.users.conftest import People, Person

ONE, OTHER = ids.new("mch", slot=1), ids.new("mch", slot=2)
KEYS, STAFF = "/api/merchant/keys", "/api/merchant/staff"
METHOD_ARN = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/test/GET/api/merchant/keys"


@pytest.fixture
def owner(people: People) -> Person:
    """The owner of a merchant."""
    return people.staff(["merchant_owner"], merchant_id=ONE)


@pytest.fixture
def program(owner: Person, invoke: Callable[..., Answer]) -> Program:
    """A program of that merchant that may list keys and add some."""
    return registered(invoke, owner, "users.list_api_keys", "users.add_api_key")


@pytest.fixture
def call(invoke: Callable[..., Answer], run: Callable[..., Any]) -> Callable[..., Answer]:
    """Call an operation as the gateway does: the authorizer first, then the function with what it said."""

    def through_the_gateway(name: str, headers: dict[str, str], **request: Any) -> Answer:
        token = {"type": "TOKEN", "authorizationToken": headers["Authorization"], "methodArn": METHOD_ARN}
        policy = run("users.authorize", token)
        assert policy["policyDocument"]["Statement"][0]["Effect"] == "Allow"
        return invoke(name, headers=headers, caller=Caller.of_context(policy["context"]), **request)

    return through_the_gateway


def registered(invoke: Callable[..., Answer], owner: Person, *permissions: str) -> Program:
    """A new program whose key the merchant has registered."""
    program = Program()
    answer = invoke("users.add_api_key", caller=owner.caller, body=program.registration(*permissions))
    assert answer.status == 201, answer.body
    program.key_id = answer.body["id"]
    return program


def test_a_signed_call_is_answered(program: Program, call: Callable[..., Answer]) -> None:
    answer = call("users.list_api_keys", program.sign("GET", KEYS))

    assert answer.status == 200
    assert [item["id"] for item in answer.body["items"]] == [program.key_id]


def test_a_signed_body_and_query_arrive(
    owner: Person, call: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    program = registered(invoke, owner, "users.list_merchant_staff", "users.add_api_key")
    query, body = {"limit": "1"}, text(Program().registration("users.list_merchant_staff", name="ERP ✓"))

    listed = call("users.list_merchant_staff", program.sign("GET", STAFF, query=query), query=query)
    added = call("users.add_api_key", program.sign("POST", KEYS, body=body), body=body)

    assert [item["id"] for item in listed.body["items"]] == [owner.id]
    assert (added.status, added.body["name"]) == (201, "ERP ✓")


def test_a_replayed_call_is_refused(program: Program, call: Callable[..., Answer]) -> None:
    headers = program.sign("GET", KEYS)
    assert call("users.list_api_keys", headers).status == 200

    answer = call("users.list_api_keys", headers)

    assert (answer.status, answer.code) == (401, "SignatureRefused")


def test_an_altered_call_is_refused_and_does_nothing(
    owner: Person, program: Program, call: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    body = text(Program().registration("users.list_api_keys"))
    altered = text(Program().registration("users.list_api_keys"))
    query = {"limit": "1"}
    attempts = [
        call("users.add_api_key", program.sign("POST", KEYS, body=body), body=altered),
        call("users.add_api_key", program.sign("POST", KEYS, body=body), body=body + " "),
        call("users.add_api_key", program.sign("POST", STAFF, body=body), body=body),
        call("users.add_api_key", program.sign("GET", KEYS, body=body), body=body),
        call("users.list_api_keys", program.sign("GET", KEYS), query=query),
        call("users.list_api_keys", program.sign("GET", KEYS, query=query)),
        call("users.list_api_keys", Program(program.key_id).sign("GET", KEYS)),
        call("users.list_api_keys", Program("key_unknown", program.private).sign("GET", KEYS)),
    ]

    assert {(answer.status, answer.code) for answer in attempts} == {(401, "SignatureRefused")}
    assert len({answer.body["Message"] for answer in attempts}) == 1
    assert len(invoke("users.list_api_keys", caller=owner.caller).body["items"]) == 1


def test_a_refused_call_can_be_sent_again_as_it_was_signed(program: Program, call: Callable[..., Answer]) -> None:
    body = text(Program().registration("users.list_api_keys"))
    headers = program.sign("POST", KEYS, body=body)
    assert call("users.add_api_key", headers, body=body + " ").status == 401

    assert call("users.add_api_key", headers, body=body).status == 201


def test_a_call_is_good_for_five_minutes_either_way(program: Program, call: Callable[..., Answer]) -> None:
    now = clock.now()
    with clock.at(now):
        for minutes, status in ((-5.1, 401), (-4.9, 200), (4.9, 200), (5.1, 401)):
            time = int((now + timedelta(minutes=minutes)).timestamp())
            assert call("users.list_api_keys", program.sign("GET", KEYS, time=time)).status == status


def test_a_withdrawn_key_signs_nothing_any_more(
    owner: Person, program: Program, call: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    removal = invoke("users.remove_api_key", caller=owner.caller, path={"key_id": program.key_id})
    assert removal.status == 204

    assert call("users.list_api_keys", program.sign("GET", KEYS)).code == "SignatureRefused"


def test_a_key_may_what_it_was_registered_for_and_no_more(
    owner: Person, program: Program, call: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    staff = call("users.list_merchant_staff", program.sign("GET", STAFF))
    path = f"{KEYS}/{program.key_id}"
    removal = call("users.remove_api_key", program.sign("DELETE", path), path={"key_id": program.key_id})

    assert {(answer.status, answer.code) for answer in (staff, removal)} == {(403, "Forbidden")}
    assert len(invoke("users.list_api_keys", caller=owner.caller).body["items"]) == 1


def test_a_key_sees_and_touches_its_own_merchant_only(
    people: People, program: Program, call: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    stranger = people.staff(["merchant_owner"], merchant_id=OTHER)
    foreign = registered(invoke, stranger, "users.list_api_keys", "users.remove_api_key")

    listed = call("users.list_api_keys", foreign.sign("GET", KEYS))
    path = f"{KEYS}/{program.key_id}"
    removal = call("users.remove_api_key", foreign.sign("DELETE", path), path={"key_id": program.key_id})

    assert [item["id"] for item in listed.body["items"]] == [foreign.key_id]
    assert removal.code == "NoSuchKey"
    assert call("users.list_api_keys", program.sign("GET", KEYS)).status == 200


def test_neither_a_counter_nor_a_nonce_serves_as_a_key(program: Program, call: Callable[..., Answer]) -> None:
    nonce = "0123456789abcdef"
    assert call("users.list_api_keys", program.sign("GET", KEYS, nonce=nonce)).status == 200

    for key_id in (f"keys#{ONE}", f"nonce#{program.key_id}#{nonce}"):
        assert call("users.list_api_keys", Program(key_id, program.private).sign("GET", KEYS)).status == 401


def test_a_repeated_command_has_one_effect_with_an_idempotency_key(
    owner: Person, program: Program, call: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    body = text(Program().registration("users.list_api_keys"))

    def send() -> Answer:
        headers = program.sign("POST", KEYS, body=body) | {"Idempotency-Key": "add-1"}
        return call("users.add_api_key", headers, body=body)

    first, again = send(), send()

    assert (again.status, again.body) == (first.status, first.body)
    assert len(invoke("users.list_api_keys", caller=owner.caller).body["items"]) == 2


def test_of_a_call_sent_twice_at_once_one_is_accepted(program: Program, at_once: Callable[..., list[Any]]) -> None:
    from mall import signature

    given = program.sign("GET", KEYS)["Authorization"]

    results = at_once(*[lambda: signature.verify(authorization=given, method="GET", path=KEYS, query={}, body=b"")] * 3)

    assert sorted(type(result).__name__ for result in results) == ["Caller"] + ["SignatureRefused"] * 2


def test_a_signed_call_opens_nothing_but_merchants_operations(invoke: Callable[..., Answer]) -> None:
    program, opened = Program("key_1"), {}
    others = [route for route in routes() if not route.operation.path.startswith("/api/merchant/")]

    for route in others:
        operation = route.operation
        path = {part.strip("{}"): "x" for part in operation.path.split("/") if part.startswith("{")}
        answer = invoke(route.name, path=path, headers=program.sign(operation.method, operation.path))
        if (answer.status, answer.code) != (401, "Unauthenticated"):
            opened[route.name] = answer

    assert opened == {}
    assert len(others) > 30
