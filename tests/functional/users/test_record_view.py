"""Remembering that one looked at a product."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from mall import clock, config, ids
from mall.auth import NOBODY, Caller
from mall.events import Event
from mall.http import Page
from mall.users.activity import service
from mall.users.consents.current import service as consents
from tests.fixtures import people
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("aws")
START = datetime(2030, 1, 1, tzinfo=UTC)


def say(caller: Caller, kind: str, *, given: bool, version: int = 1) -> None:
    """Let the account item know that a consent was given or withdrawn."""
    said = {"given": given, "policy_version": "1", "at": START.isoformat()}
    consents.project(
        Event.of(
            "users.ConsentChanged",
            aggregate=caller.user_id,
            sequence=version,
            data=said | {"kind": kind, "current": {kind: said}},
        )
    )


def test_a_product_that_was_viewed_is_in_the_history(invoke: Callable[..., Answer]) -> None:
    me, product = people.with_account(), ids.new("prd")

    answer = invoke("users.record_view", caller=me, path={"product_id": product})

    assert (answer.status, answer.body) == (200, {"recorded": True})
    assert [view.product_id for view in service.views(me.user_id, Page()).items] == [product]


def test_a_product_that_is_viewed_again_moves_to_the_front(invoke: Callable[..., Answer]) -> None:
    me, first, second = people.with_account(), ids.new("prd"), ids.new("prd")
    for minute, product in enumerate((first, second, first)):
        with clock.at(START + timedelta(minutes=minute)):
            invoke("users.record_view", caller=me, path={"product_id": product})

    with clock.at(START + timedelta(hours=1)):
        assert [view.product_id for view in service.views(me.user_id, Page()).items] == [first, second]


def test_a_view_is_removed_after_90_days(invoke: Callable[..., Answer]) -> None:
    me, product = people.with_account(), ids.new("prd")

    with clock.at(START):
        invoke("users.record_view", caller=me, path={"product_id": product})

    key = {"user_id": {"S": me.user_id}, "id": {"S": f"view#{product}"}}
    item = boto3.client("dynamodb").get_item(TableName=config.table("activity"), Key=key)["Item"]
    assert int(item["ttl"]["N"]) == int((START + timedelta(days=90)).timestamp())


def test_for_whoever_withdrew_the_consent_nothing_is_recorded(invoke: Callable[..., Answer]) -> None:
    me = people.with_account()
    say(me, "history", given=False)

    answer = invoke("users.record_view", caller=me, path={"product_id": ids.new("prd")})

    assert (answer.status, answer.body) == (200, {"recorded": False})
    assert list(service.export(me.user_id)) == []


def test_for_whoever_gave_it_again_views_are_recorded_again(invoke: Callable[..., Answer]) -> None:
    me = people.with_account()
    say(me, "history", given=False)
    say(me, "history", given=True, version=2)

    assert invoke("users.record_view", caller=me, path={"product_id": ids.new("prd")}).body == {"recorded": True}


def test_withdrawing_another_consent_does_not_matter(invoke: Callable[..., Answer]) -> None:
    me = people.with_account()
    say(me, "marketing_email", given=False)

    assert invoke("users.record_view", caller=me, path={"product_id": ids.new("prd")}).body == {"recorded": True}


def test_a_closed_account_remembers_nothing_more(invoke: Callable[..., Answer]) -> None:
    me = people.with_account()
    people.close(me)

    assert invoke("users.record_view", caller=me, path={"product_id": ids.new("prd")}).body == {"recorded": False}
    assert list(service.export(me.user_id)) == []


def test_what_is_no_product_cannot_be_viewed(invoke: Callable[..., Answer]) -> None:
    answer = invoke("users.record_view", caller=people.customer(), path={"product_id": "prd#1"})

    assert (answer.status, answer.code) == (400, "MalformedId")


def test_a_stranger_has_no_history(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.record_view", caller=NOBODY, path={"product_id": ids.new("prd")}).status == 401
