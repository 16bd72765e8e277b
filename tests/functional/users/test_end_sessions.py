"""Signing out everywhere."""

from collections.abc import Callable
from typing import Any

from mall.auth import NOBODY
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import People


def test_every_device_is_signed_out_this_one_too(invoke: Callable[..., Answer], people: People) -> None:
    person = people.register()
    devices = [person, people.sign_in(person), people.sign_in(person)]

    answer = invoke("users.end_sessions", caller=person.caller)

    statuses = [invoke("users.refresh_session", body={"refresh_token": one.refresh_token}).status for one in devices]
    assert (answer.status, statuses) == (204, [401, 401, 401])
    assert invoke("users.list_sessions", caller=person.caller).body == {"items": []}


def test_nobody_else_is_signed_out(invoke: Callable[..., Answer], people: People) -> None:
    person, other = people.register(), people.register()

    invoke("users.end_sessions", caller=person.caller)

    assert invoke("users.refresh_session", body={"refresh_token": other.refresh_token}).status == 200


def test_a_token_that_leaked_before_is_still_known_as_used(
    invoke: Callable[..., Answer], people: People, passing: Callable[..., Any]
) -> None:
    person = people.register()
    invoke("users.refresh_session", body={"refresh_token": person.refresh_token})
    invoke("users.end_sessions", caller=person.caller)

    with passing(minutes=1):
        assert invoke("users.refresh_session", body={"refresh_token": person.refresh_token}).code == "SessionOver"


def test_doing_it_again_changes_nothing(invoke: Callable[..., Answer], people: People) -> None:
    person = people.register()

    assert [invoke("users.end_sessions", caller=person.caller).status for _ in range(2)] == [204, 204]


def test_nobody_ends_no_sessions(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.end_sessions", caller=NOBODY).status == 401
