"""Changing one's own profile."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from mall import clock
from mall.auth import NOBODY
from mall.users import store
from mall.users.model import State
from mall.users.profiles import service
from mall.users.profiles.schemas import ProfileChange
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import People

TOLD = {"nickname": "小林", "gender": "female", "birthday": "1990-02-28", "region": "440305", "locale": "en"}


@pytest.fixture
def change(invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    """Change one's profile."""
    return lambda caller, **body: invoke("users.update_profile", caller=caller, body=body)


def told(answer: Answer) -> dict[str, Any]:
    return {name: answer.body[name] for name in TOLD}


def test_what_is_told_is_kept(invoke: Callable[..., Answer], people: People, change: Callable[..., Answer]) -> None:
    person = people.register()

    answer = change(person.caller, **TOLD)

    assert (answer.status, told(answer), answer.body["version"]) == (200, TOLD, 1)
    assert invoke("users.get_profile", caller=person.caller).body == answer.body


def test_what_is_not_sent_stays_as_it_is(people: People, change: Callable[..., Answer]) -> None:
    person = people.register()
    change(person.caller, **TOLD)

    answer = change(person.caller, nickname="林")

    assert told(answer) == TOLD | {"nickname": "林"}


def test_null_takes_back_what_was_told(people: People, change: Callable[..., Answer]) -> None:
    person = people.register()
    change(person.caller, **TOLD)

    answer = change(person.caller, **dict.fromkeys(TOLD))

    assert told(answer) == {"nickname": "", "gender": None, "birthday": None, "region": "", "locale": "zh-CN"}


def test_an_empty_change_changes_nothing_that_was_told(people: People, change: Callable[..., Answer]) -> None:
    person = people.register()
    change(person.caller, **TOLD)

    assert told(change(person.caller)) == TOLD


def test_a_change_of_what_was_read_before_a_newer_change_is_refused(
    people: People, change: Callable[..., Answer]
) -> None:
    person = people.register()
    change(person.caller, nickname="first", version=0)

    stale = change(person.caller, nickname="second", version=0)
    fresh = change(person.caller, nickname="third", version=1)

    assert (stale.status, stale.code, stale.body["Details"]) == (409, "ChangedMeanwhile", {"version": 1})
    assert (fresh.status, fresh.body["nickname"]) == (200, "third")


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_of_two_changes_at_once_none_is_lost_silently(
    people: People, at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    person = people.register()
    forms = [ProfileChange(nickname="林"), ProfileChange(region="CN")]

    results = at_once(*[lambda form=form: service.update_profile(person.caller, form) for form in forms], seed=seed)

    profile = store.load(person.id).profile
    kept = [profile.nickname == "林", profile.region == "CN"]
    assert kept == [not isinstance(result, Exception) for result in results]
    assert any(kept)


@pytest.mark.parametrize(
    "body",
    [
        {"nickname": "x" * 41},
        {"gender": "unknown"},
        {"birthday": "1899-12-31"},
        {"birthday": "1990-02-30"},
        {"birthday": "2030-01-02"},
        {"region": "44030"},
        {"region": "China"},
        {"region": "44030a"},
        {"locale": "fr"},
        {"version": "new"},
        {"nickname": "a\0b"},
        {"nickname": "\ud800"},
    ],
)
def test_what_cannot_be_true_of_anybody_is_refused(
    invoke: Callable[..., Answer], people: People, body: dict[str, object]
) -> None:
    with clock.at(datetime(2030, 1, 1, 12, tzinfo=UTC)):
        caller = people.register(password=None).caller
        answer = invoke("users.update_profile", caller=caller, body=json.dumps(body))

    assert (answer.status, answer.code) == (400, "Invalid")


@pytest.mark.parametrize(
    "body",
    [
        {"roles": ["administrator"]},
        {"merchant_id": "mch_1"},
        {"email": "other@example.com"},
        {"phone": "+8613800138000"},
        {"id": "usr_1"},
        {"state": "active"},
        {"avatar": "https://example.com/spy.gif"},
        {"must_change_password": False},
    ],
)
def test_a_profile_is_no_way_to_more_rights_or_to_another_identity(
    people: People, change: Callable[..., Answer], body: dict[str, object]
) -> None:
    person = people.register(password=None)
    before = store.load(person.id)

    answer = change(person.caller, **body)

    assert (answer.status, answer.code) == (400, "Invalid")
    assert store.load(person.id) == before


def test_a_closed_account_is_changed_no_more(people: People, change: Callable[..., Answer]) -> None:
    person = people.register()
    account = store.load(person.id)
    store.save(account.move_to(State.CLOSED), before=account)

    assert change(person.caller, nickname="x").status == 403


def test_nobody_changes_nothing(change: Callable[..., Answer]) -> None:
    assert change(NOBODY, nickname="x").status == 401
