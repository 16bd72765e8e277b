"""Ending the present session."""

from collections.abc import Callable

from mall.auth import NOBODY
from mall.users.sessions import store as sessions
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import People


def test_signing_out_ends_this_session_and_no_other(invoke: Callable[..., Answer], people: People) -> None:
    person = people.register()
    elsewhere = people.sign_in(person)

    answer = invoke("users.sign_out", caller=person.caller)

    assert (answer.status, answer.body) == (204, None)
    assert [session.id for session in sessions.sessions(person.id)] == [elsewhere.caller.session_id]
    assert invoke("users.refresh_session", body={"refresh_token": person.refresh_token}).status == 401


def test_signing_out_twice_is_fine(invoke: Callable[..., Answer], people: People) -> None:
    person = people.register()

    answers = [invoke("users.sign_out", caller=person.caller).status for _ in range(2)]

    assert answers == [204, 204]


def test_nobody_has_nothing_to_sign_out_of(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.sign_out", caller=NOBODY).status == 401


def test_the_browser_forgets_the_token_that_it_keeps(invoke: Callable[..., Answer], people: People) -> None:
    person = people.register()

    answer = invoke("users.sign_out", caller=person.caller)

    given = answer.headers["set-cookie"]
    assert given == "mall_session=; Path=/api/sessions; Max-Age=0; HttpOnly; Secure; SameSite=Strict"
