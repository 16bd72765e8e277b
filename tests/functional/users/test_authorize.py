"""Telling API Gateway who calls."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.auth import NOBODY, Caller
from tests.functional.users.conftest import People

METHOD = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/test/GET/api/users/me"


@pytest.fixture
def authorize(run: Callable[..., Any]) -> Callable[[str], dict[str, Any]]:
    """What the gateway is told about an Authorization header."""

    def ask(header: str) -> dict[str, Any]:
        event = {"type": "TOKEN", "methodArn": METHOD, "authorizationToken": header}
        answer: dict[str, Any] = run("users.authorize", event)
        return answer

    return ask


def test_a_token_names_its_owner_to_every_operation_of_the_stage(
    authorize: Callable[[str], dict[str, Any]], people: People
) -> None:
    person = people.staff(["operator"])

    answer = authorize(f"Bearer {person.access_token}")

    (statement,) = answer["policyDocument"]["Statement"]
    assert Caller.of_context(answer["context"]) == person.caller
    assert answer["principalId"] == person.id
    assert (statement["Effect"], statement["Action"]) == ("Allow", "execute-api:Invoke")
    assert statement["Resource"] == "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/test/*"


def test_the_context_holds_only_what_the_gateway_can_carry(
    authorize: Callable[[str], dict[str, Any]], people: People
) -> None:
    answer = authorize(f"Bearer {people.register().access_token}")

    assert all(isinstance(value, str) for value in answer["context"].values())


def test_the_name_of_the_scheme_is_written_either_way(
    authorize: Callable[[str], dict[str, Any]], people: People
) -> None:
    person = people.register()

    assert authorize(f"bearer {person.access_token}")["principalId"] == person.id


def test_a_signed_call_passes_as_nobody_since_its_endpoint_verifies_it(
    authorize: Callable[[str], dict[str, Any]],
) -> None:
    answer = authorize("MALL-ED25519 key=key_1,time=1,nonce=a,signature=b")

    assert Caller.of_context(answer["context"]) == NOBODY


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic bGluOnNlY3JldA==", "Bearer x.y.z", "é"])
def test_whatever_else_is_answered_in_the_one_word_that_the_gateway_understands(
    authorize: Callable[[str], dict[str, Any]], header: str
) -> None:
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        authorize(header)


def test_a_token_without_its_scheme_is_refused(authorize: Callable[[str], dict[str, Any]], people: People) -> None:
    token = people.register().access_token

    for header in (token, f"Basic {token}", f"Bearer  {token}", f"Bearer {token} "):
        with pytest.raises(Exception, match=r"^Unauthorized$"):
            authorize(header)


def test_a_token_is_good_for_fifteen_minutes(
    authorize: Callable[[str], dict[str, Any]], people: People, passing: Callable[..., Any]
) -> None:
    person = people.register()

    with passing(minutes=14):
        assert authorize(f"Bearer {person.access_token}")["principalId"] == person.id
    with passing(minutes=15), pytest.raises(Exception, match=r"^Unauthorized$"):
        authorize(f"Bearer {person.access_token}")
