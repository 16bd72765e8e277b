"""Staying signed in."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mall import ids, tokens
from mall.users import store
from mall.users.model import State
from mall.users.sessions import service
from mall.users.sessions import store as sessions
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import People


@pytest.fixture
def refresh(invoke: Callable[..., Answer]) -> Callable[[str], Answer]:
    """Exchange a refresh token."""
    return lambda token: invoke("users.refresh_session", body={"refresh_token": token})


def test_a_refresh_token_is_exchanged_for_new_tokens_of_the_same_session(
    refresh: Callable[[str], Answer], people: People
) -> None:
    person = people.register()

    answer = refresh(person.refresh_token)

    assert (answer.status, answer.body["user_id"]) == (200, person.id)
    assert tokens.verify(answer.body["access_token"]) == person.caller
    assert answer.body["refresh_token"] != person.refresh_token


def test_the_new_token_can_be_exchanged_in_its_turn(refresh: Callable[[str], Answer], people: People) -> None:
    token = people.register().refresh_token

    for _ in range(3):
        answer = refresh(token)
        assert answer.status == 200
        token = answer.body["refresh_token"]


def test_a_token_used_again_ends_the_session_for_whoever_holds_it(
    refresh: Callable[[str], Answer], people: People, passing: Callable[..., Any]
) -> None:
    person = people.register()
    newer = refresh(person.refresh_token).body["refresh_token"]

    with passing(seconds=11):
        reused, with_newer = refresh(person.refresh_token), refresh(newer)

    assert (reused.status, reused.code) == (401, "SessionOver")
    assert (with_newer.status, with_newer.code) == (401, "SessionOver")


def test_a_much_older_token_ends_the_session_too(
    refresh: Callable[[str], Answer], people: People, passing: Callable[..., Any]
) -> None:
    token = people.register().refresh_token
    first = token
    for _ in range(3):
        token = refresh(token).body["refresh_token"]

    with passing(days=20):
        assert refresh(first).status == 401
        assert refresh(token).status == 401


def test_a_reused_token_ends_no_other_session(
    refresh: Callable[[str], Answer], people: People, passing: Callable[..., Any]
) -> None:
    person = people.register()
    elsewhere = people.sign_in(person)
    refresh(person.refresh_token)

    with passing(seconds=11):
        refresh(person.refresh_token)
        answer = refresh(elsewhere.refresh_token)

    assert answer.status == 200


def test_within_ten_seconds_a_used_token_is_only_refused(
    refresh: Callable[[str], Answer], people: People, passing: Callable[..., Any]
) -> None:
    person = people.register()
    with passing():
        newer = refresh(person.refresh_token).body["refresh_token"]
        with passing(seconds=10):
            again, with_newer = refresh(person.refresh_token), refresh(newer)

    assert (again.status, again.code) == (409, "RefreshedAlready")
    assert with_newer.status == 200


@pytest.mark.parametrize("seed", [None, 1, 2, 3, 4])
def test_of_two_tabs_at_once_one_gets_the_new_token_and_the_session_lives(
    refresh: Callable[[str], Answer], people: People, at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    token = people.register().refresh_token

    results = at_once(*[lambda: service.refresh(token)] * 2, seed=seed)

    assert sorted(type(result).__name__ for result in results) == ["RefreshedAlready", "Tokens"]
    (winner,) = (result for result in results if not isinstance(result, Exception))
    assert refresh(winner.refresh_token).status == 200


@pytest.mark.parametrize("seed", [None, 1, 2, 3, 4])
def test_signing_out_everywhere_while_a_tab_refreshes_leaves_nobody_signed_in(
    refresh: Callable[[str], Answer], people: People, at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    person = people.register()

    result, _ = at_once(
        lambda: service.refresh(person.refresh_token), lambda: service.end_sessions(person.caller), seed=seed
    )

    assert type(result).__name__ in {"Tokens", "SessionOver"}
    assert list(sessions.sessions(person.id)) == []
    if not isinstance(result, Exception):
        assert refresh(result.refresh_token).status == 401


@pytest.mark.parametrize(("days", "status"), [(29, 200), (31, 401)])
def test_a_session_that_nobody_uses_is_over_after_thirty_days(
    refresh: Callable[[str], Answer], people: People, passing: Callable[..., Any], days: int, status: int
) -> None:
    person = people.register()

    with passing(days=days):
        assert refresh(person.refresh_token).status == status


def test_a_session_is_over_after_half_a_year_however_often_it_is_used(
    refresh: Callable[[str], Answer], people: People, passing: Callable[..., Any]
) -> None:
    token, statuses = people.register().refresh_token, []
    for days in (25, 50, 75, 100, 125, 150, 175, 181):
        with passing(days=days):
            answer = refresh(token)
        statuses.append(answer.status)
        token = (answer.body or {}).get("refresh_token", token)

    assert statuses == [200] * 7 + [401]


@pytest.mark.parametrize("state", [State.DISABLED, State.CLOSED])
def test_an_account_that_is_not_active_stays_signed_in_nowhere(
    refresh: Callable[[str], Answer], people: People, state: State
) -> None:
    person = people.register()
    account = store.load(person.id)
    store.save(account.move_to(state), before=account)

    answer = refresh(person.refresh_token)

    assert (answer.status, answer.code) == (401, "SessionOver")
    assert list(sessions.sessions(person.id)) == []


def test_other_rights_reach_the_next_access_token(refresh: Callable[[str], Answer], people: People) -> None:
    person = people.staff(["operator"])
    account = store.load(person.id)
    store.save(replace(account, roles=frozenset({"ops"})), before=account)

    caller = tokens.verify(refresh(person.refresh_token).body["access_token"])

    assert (caller.roles, caller.permissions) == (frozenset({"ops"}), frozenset({"users.list_roles"}))


def test_every_token_that_is_not_ours_gets_the_same_answer(refresh: Callable[[str], Answer], people: People) -> None:
    person, other = people.register(), people.register()
    user, session, secret = person.refresh_token.split(".")
    theirs = other.refresh_token.split(".")

    refused = [
        refresh(token)
        for token in (
            "x" * 20,
            "x" * 300,
            f"{'.' * 20}",
            f"{user}.{session}.{'A' * 43}",
            f"{user}.{session}.{secret}.{secret}",
            f"{user}.{ids.new('ses')}.{secret}",
            f"{user}.{theirs[1]}.{theirs[2]}",
            f"{theirs[0]}.{session}.{secret}",
            f"{ids.new('usr', slot=1)}.{session}.{secret}",
            f"{user}.{session}.{secret}é",
            f"{user}.{session}.{secret.swapcase()}",
            person.access_token[:300],
        )
    ]

    assert all(answer == refused[0] for answer in refused)
    assert (refused[0].status, refused[0].code) == (401, "SessionOver")
    assert refresh(person.refresh_token).status == 200


def test_a_used_token_is_no_session_of_its_own(refresh: Callable[[str], Answer], people: People) -> None:
    from mall.users.model import digest

    person = people.register()
    user, _, secret = person.refresh_token.split(".")
    refresh(person.refresh_token)

    assert refresh(f"{user}.used#{digest(secret)}.{secret}").status == 401


# ── As a cookie, for pages ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def refresh_kept(invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    """Exchange the token that a browser keeps."""

    def refresh(token: str, **headers: str) -> Answer:
        sent = {"Cookie": f"theme=dark; mall_session={token}", **headers}
        return invoke("users.refresh_session", body={"cookie": True}, headers=sent)

    return refresh


def test_a_page_exchanges_the_token_that_its_browser_keeps_without_seeing_it(
    refresh_kept: Callable[..., Answer], people: People
) -> None:
    person = people.register()

    answer = refresh_kept(person.refresh_token)

    assert (answer.status, answer.body["refresh_token"]) == (200, None)
    assert tokens.verify(answer.body["access_token"]) == person.caller
    given = answer.headers["set-cookie"]
    value, *attributes = given.removeprefix("mall_session=").split("; ")
    assert value.startswith(f"{person.id}.")
    assert value != person.refresh_token
    assert set(attributes) == {"Path=/api/sessions", "Max-Age=2592000", "HttpOnly", "Secure", "SameSite=Strict"}
    assert refresh_kept(value).status == 200


def test_a_token_that_is_sent_is_answered_with_one_and_sets_no_cookie(
    refresh: Callable[[str], Answer], people: People
) -> None:
    answer = refresh(people.register().refresh_token)

    assert answer.body["refresh_token"]
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_request_that_comes_from_no_page_of_the_mall_is_one_without_cookies(
    refresh_kept: Callable[..., Answer], people: People, site: str
) -> None:
    token = people.register().refresh_token

    refused = refresh_kept(token, **{"Sec-Fetch-Site": site})

    assert (refused.status, refused.code) == (401, "SessionOver")
    assert refresh_kept(token, **{"Sec-Fetch-Site": "same-origin"}).status == 200


def test_a_cookie_that_is_worth_nothing_is_forgotten(
    refresh_kept: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    for answer in (refresh_kept("x" * 20), invoke("users.refresh_session", body={"cookie": True})):
        assert (answer.status, answer.code) == (401, "SessionOver")
        assert answer.headers["set-cookie"].startswith("mall_session=; Path=/api/sessions; Max-Age=0;")


def test_two_tabs_with_one_cookie_do_not_lose_it(refresh_kept: Callable[..., Answer], people: People) -> None:
    token = people.register().refresh_token
    newer = refresh_kept(token).headers["set-cookie"].removeprefix("mall_session=").split(";")[0]

    again = refresh_kept(token)

    assert (again.status, again.code) == (409, "RefreshedAlready")
    assert "set-cookie" not in again.headers
    assert refresh_kept(newer).status == 200


@pytest.mark.parametrize("body", [{}, {"cookie": False}, {"cookie": True, "refresh_token": "x" * 20}])
def test_a_token_is_either_sent_or_kept(invoke: Callable[..., Answer], body: dict[str, Any]) -> None:
    answer = invoke("users.refresh_session", body=body)

    assert (answer.status, answer.code) == (400, "Invalid")
