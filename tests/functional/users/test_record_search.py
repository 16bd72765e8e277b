"""Remembering what one searched for."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from mall import clock, config
from mall.auth import NOBODY, Caller
from mall.events import Event
from mall.http import Page
from mall.users.activity import service
from mall.users.consents.current import service as consents
from tests.fixtures import people
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("aws")
START = datetime(2030, 1, 1, tzinfo=UTC)


def texts(caller: Caller) -> list[str]:
    return [search.text for search in service.searches(caller.user_id, Page()).items]


def withdrawal(caller: Caller, at: datetime) -> Event:
    """That somebody no longer wants to be remembered."""
    said = {"given": False, "policy_version": "1", "at": at.isoformat()}
    data = said | {"kind": "history", "current": {"history": said}}
    return Event.of("users.ConsentChanged", aggregate=caller.user_id, sequence=1, data=data)


def test_a_search_is_in_the_history_as_it_was_typed(invoke: Callable[..., Answer]) -> None:
    me = people.with_account()

    answer = invoke("users.record_search", caller=me, body={"q": " 连衣裙 Summer "})

    assert (answer.status, answer.body) == (200, {"recorded": True})
    assert texts(me) == ["连衣裙 Summer"]


def test_the_same_search_again_moves_to_the_front_whatever_its_capitals(invoke: Callable[..., Answer]) -> None:
    me = people.with_account()
    for minute, text in enumerate(("Red shoes", "teapot", "red  SHOES")):
        with clock.at(START + timedelta(minutes=minute)):
            invoke("users.record_search", caller=me, body={"q": text})

    with clock.at(START + timedelta(hours=1)):
        assert texts(me) == ["red  SHOES", "teapot"]


def test_a_search_is_removed_after_90_days(invoke: Callable[..., Answer]) -> None:
    me = people.with_account()
    with clock.at(START):
        invoke("users.record_search", caller=me, body={"q": "teapot"})

    items = boto3.client("dynamodb").scan(TableName=config.table("activity"))["Items"]
    with clock.at(START + timedelta(days=90, seconds=1)):
        left = texts(me)

    assert [int(item["ttl"]["N"]) for item in items] == [int((START + timedelta(days=90)).timestamp())]
    assert left == []


def test_whoever_withdraws_the_consent_is_forgotten_and_not_recorded_any_more(invoke: Callable[..., Answer]) -> None:
    me = people.with_account()
    invoke("users.record_search", caller=me, body={"q": "teapot"})

    event = withdrawal(me, clock.now())
    service.consent_changed(event)
    consents.project(event)
    answer = invoke("users.record_search", caller=me, body={"q": "kettle"})

    assert answer.body == {"recorded": False}
    assert texts(me) == []


def test_searches_are_exported_and_erased_with_the_account(invoke: Callable[..., Answer]) -> None:
    me = people.with_account()
    invoke("users.record_search", caller=me, body={"q": "teapot"})

    exported = list(service.export(me.user_id))
    erased = service.erase(me.user_id)

    assert [(item["type"], item["text"]) for item in exported] == [("search", "teapot")]
    assert (erased, texts(me)) == (1, [])


@pytest.mark.parametrize("body", [{}, {"q": ""}, {"q": "   "}, {"q": "x" * 101}, {"q": 7}, {"q": "a", "user_id": "me"}])
def test_what_is_no_search_is_refused(invoke: Callable[..., Answer], body: dict[str, object]) -> None:
    answer = invoke("users.record_search", caller=people.with_account(), body=body)

    assert (answer.status, answer.code) == (400, "Invalid")


def test_a_stranger_has_no_searches(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.record_search", caller=NOBODY, body={"q": "teapot"}).status == 401
