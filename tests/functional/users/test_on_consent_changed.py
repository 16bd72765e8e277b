"""Keeping the account item's consents up to date."""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from mall import clock, config, ids
from mall.auth import Caller
from mall.events import Event
from mall.http import Page
from mall.users import store as accounts
from mall.users.activity import service as activity
from mall.users.consents.current import service
from mall.users.consents.model import Kind
from tests.fixtures import people

pytestmark = pytest.mark.usefixtures("aws")
START = datetime(2030, 1, 1, tzinfo=UTC)


def changed(me: Caller, *words: tuple[str, bool]) -> list[Event]:
    """The news of somebody giving and withdrawing consents one after the other, one a minute from START."""
    told: list[Event] = []
    current: dict[str, Any] = {}
    for number, (kind, given) in enumerate(words, start=1):
        at = START + timedelta(minutes=number)
        said = {"given": given, "policy_version": "1", "at": at.isoformat()}
        current = current | {kind: said}
        with clock.at(at):
            told.append(
                Event.of(
                    "users.ConsentChanged",
                    aggregate=me.user_id,
                    sequence=number,
                    data=said | {"kind": kind, "current": current},
                )
            )
    return told


def queue(*events: Event) -> dict[str, Any]:
    """The events as they lie in the consumer's queue."""
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": "handle",
                "body": json.dumps(
                    {"detail-type": event.name, "source": "mall.users", "detail": json.loads(event.detail())}
                ),
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:test-users-on_consent_changed",
                "awsRegion": "us-east-1",
            }
            for number, event in enumerate(events)
        ]
    }


def item_of(me: Caller) -> dict[str, Any]:
    """The account item as DynamoDB holds it."""
    key = {"pk": {"S": me.user_id}, "sk": {"S": "account"}}
    item: dict[str, Any] = boto3.client("dynamodb").get_item(TableName=config.table("users"), Key=key).get("Item", {})
    return item


def test_the_account_item_tells_how_each_consent_stands(run: Callable[..., Any]) -> None:
    me = people.with_account()
    events = changed(me, ("marketing_email", True), ("personalisation", False))

    answer = run("users.on_consent_changed", queue(*events))

    assert answer == {"batchItemFailures": []}
    assert service.allows(me.user_id, Kind.MARKETING_EMAIL) is True
    assert service.allows(me.user_id, Kind.MARKETING_SMS) is False
    assert service.allows(me.user_id, Kind.PERSONALISATION) is False
    assert service.allows(me.user_id, Kind.HISTORY) is True
    assert item_of(me)["consents_version"] == {"N": "2"}


@pytest.mark.parametrize("seed", range(5))
def test_in_whatever_order_and_however_often_they_come_the_last_word_stands(run: Callable[..., Any], seed: int) -> None:
    me = people.with_account()
    words = [
        ("history", True),
        ("history", False),
        ("marketing_sms", True),
        ("history", True),
        ("marketing_sms", False),
    ]
    events = changed(me, *words) * 2
    random.Random(seed).shuffle(events)

    for event in events:
        run("users.on_consent_changed", queue(event))

    assert service.allows(me.user_id, Kind.HISTORY) is True
    assert service.allows(me.user_id, Kind.MARKETING_SMS) is False
    assert item_of(me)["consents_version"] == {"N": "5"}


def test_an_account_keeps_its_consents_when_it_changes_otherwise(run: Callable[..., Any]) -> None:
    me = people.with_account()
    run("users.on_consent_changed", queue(*changed(me, ("marketing_email", True))))

    account = accounts.load(me.user_id)
    accounts.save(account, before=account)

    assert service.allows(me.user_id, Kind.MARKETING_EMAIL) is True


def test_news_of_an_account_that_is_gone_makes_no_new_one(run: Callable[..., Any]) -> None:
    me = people.customer()

    answer = run("users.on_consent_changed", queue(*changed(me, ("history", False))))

    assert answer == {"batchItemFailures": []}
    assert item_of(me) == {}


def test_a_closed_account_allows_nothing(run: Callable[..., Any]) -> None:
    me = people.with_account()
    run("users.on_consent_changed", queue(*changed(me, ("marketing_email", True))))

    people.close(me)

    assert [service.allows(me.user_id, kind) for kind in Kind] == [False] * len(Kind)


def test_who_withdraws_the_history_is_forgotten_as_a_viewer_until_then(run: Callable[..., Any]) -> None:
    me, before, after = people.with_account(), ids.new("prd"), ids.new("prd")
    withdrawn, given = changed(me, ("history", False), ("history", True))
    with clock.at(START):
        activity.record_view(me.user_id, before)
    with clock.at(START + timedelta(minutes=3)):
        activity.record_view(me.user_id, after)

    # The withdrawal comes late, after the consent was given again, and twice.
    for event in (given, withdrawn, withdrawn):
        run("users.on_consent_changed", queue(event))

    with clock.at(START + timedelta(minutes=4)):
        assert [view.product_id for view in activity.views(me.user_id, Page()).items] == [after]


def test_withdrawing_another_consent_leaves_the_history_alone(run: Callable[..., Any]) -> None:
    me, product = people.with_account(), ids.new("prd")
    with clock.at(START):
        activity.record_view(me.user_id, product)

    run("users.on_consent_changed", queue(*changed(me, ("personalisation", False))))

    with clock.at(START):
        assert [view.product_id for view in activity.views(me.user_id, Page()).items] == [product]


def test_one_bad_message_does_not_repeat_the_good_ones(run: Callable[..., Any]) -> None:
    me = people.with_account()
    batch = queue(*changed(me, ("marketing_email", True), ("history", False)))
    batch["Records"][0]["body"] = "{}"

    answer = run("users.on_consent_changed", batch)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    assert service.allows(me.user_id, Kind.HISTORY) is False
