"""Keeping the proof of what whoever registers agreed to."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from mall import clock
from mall.auth import Caller
from mall.events import Event
from mall.users.consents import service
from mall.users.consents.schemas import ConsentForm
from tests.fixtures import people
from tests.functional.users.test_on_consent_changed import queue

pytestmark = pytest.mark.usefixtures("database", "aws")
START = datetime(2030, 1, 1, tzinfo=UTC)


def registration(me: Caller, terms: str = "2030-01") -> Event:
    """The news that somebody registered at START."""
    with clock.at(START):
        return Event.of("users.UserRegistered", aggregate=me.user_id, data={"terms": terms, "locale": "zh-CN"})


def said(me: Caller) -> list[tuple[str, bool, str]]:
    """What somebody gave and withdrew, in order."""
    return [(word["kind"], word["given"], word["policy_version"]) for word in service.export(me.user_id)]


def test_who_registers_has_agreed_to_terms_and_privacy_policy_at_that_time(run: Callable[..., Any]) -> None:
    me = people.customer()

    answer = run("users.on_user_registered", queue(registration(me)))

    assert answer == {"batchItemFailures": []}
    assert said(me) == [("terms", True, "2030-01"), ("privacy", True, "2030-01")]
    assert {word["at"] for word in service.export(me.user_id)} == {"2030-01-01T00:00:00Z"}


def test_news_that_comes_twice_is_kept_once(run: Callable[..., Any]) -> None:
    me = people.customer()
    event = registration(me)

    for _ in range(2):
        run("users.on_user_registered", queue(event, event))

    assert len(said(me)) == 2


def test_late_news_does_not_overrule_what_was_said_since(run: Callable[..., Any]) -> None:
    me = people.customer()
    service.change(me.user_id, "terms", ConsentForm(given=True, policy_version="2031-01"), ip="")

    run("users.on_user_registered", queue(registration(me)))

    assert said(me) == [("terms", True, "2031-01"), ("privacy", True, "2030-01")]


def test_news_without_the_terms_comes_again(run: Callable[..., Any]) -> None:
    me = people.customer()
    event = Event.of("users.UserRegistered", aggregate=me.user_id, data={"locale": "zh-CN"})

    answer = run("users.on_user_registered", queue(event))

    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
