"""Signing out one device."""

from collections.abc import Callable

import pytest

from mall.auth import NOBODY
from mall.users.model import digest
from mall.users.sessions import store as sessions
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import People


def test_one_device_is_signed_out_and_the_others_are_not(invoke: Callable[..., Answer], people: People) -> None:
    person = people.register()
    elsewhere = people.sign_in(person)

    answer = invoke("users.end_session", caller=person.caller, path={"session_id": elsewhere.caller.session_id})

    assert answer.status == 204
    assert invoke("users.refresh_session", body={"refresh_token": elsewhere.refresh_token}).status == 401
    assert invoke("users.refresh_session", body={"refresh_token": person.refresh_token}).status == 200


def test_a_session_that_is_over_is_not_there_any_more(invoke: Callable[..., Answer], people: People) -> None:
    person = people.register()
    path = {"session_id": people.sign_in(person).caller.session_id}
    invoke("users.end_session", caller=person.caller, path=path)

    again = invoke("users.end_session", caller=person.caller, path=path)

    assert (again.status, again.code) == (404, "NoSuchSession")


def test_anothers_session_is_not_there_for_me(invoke: Callable[..., Answer], people: People) -> None:
    person, other = people.register(), people.register()

    answer = invoke("users.end_session", caller=other.caller, path={"session_id": person.caller.session_id})

    assert (answer.status, answer.code) == (404, "NoSuchSession")
    assert len(list(sessions.sessions(person.id))) == 1


@pytest.mark.parametrize(
    "session_id", ["ses_01KAQ3Z5J8M0T1V2W3X4Y5Z6G3", "ses_1", "current", "x" * 900, "'; --", "会话"]
)
def test_what_is_no_session_is_not_found(invoke: Callable[..., Answer], people: People, session_id: str) -> None:
    answer = invoke("users.end_session", caller=people.register().caller, path={"session_id": session_id})

    assert (answer.status, answer.code) == (404, "NoSuchSession")


def test_what_is_remembered_of_used_tokens_cannot_be_removed_as_a_session(
    invoke: Callable[..., Answer], people: People
) -> None:
    person = people.register()
    invoke("users.refresh_session", body={"refresh_token": person.refresh_token})
    used = digest(person.refresh_token.split(".")[2])

    answer = invoke("users.end_session", caller=person.caller, path={"session_id": f"used#{used}"})

    assert answer.status == 404
    assert invoke("users.refresh_session", body={"refresh_token": person.refresh_token}).code == "RefreshedAlready"


def test_nobody_ends_no_session(invoke: Callable[..., Answer], people: People) -> None:
    path = {"session_id": people.register().caller.session_id}

    assert invoke("users.end_session", caller=NOBODY, path=path).status == 401
