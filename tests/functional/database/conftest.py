"""What the tests of both relays share: an ear on the bus, and a bus that refuses."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto.events.models import EventsBackend

from mall import config, events
from tests.fixtures.stacks import Mall

QUEUE = "heard"


@pytest.fixture
def heard(aws: Mall) -> Iterator[Callable[[], list[events.Event]]]:
    """What went over the bus since the last time."""
    sqs, bus = boto3.client("sqs"), boto3.client("events")
    url = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    bus.put_rule(Name=QUEUE, EventBusName=config.bus(), EventPattern=json.dumps({"source": [{"prefix": "mall."}]}))
    bus.put_targets(Rule=QUEUE, EventBusName=config.bus(), Targets=[{"Id": QUEUE, "Arn": arn}])

    def listen() -> list[events.Event]:
        found = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                found.append(events.Event.of_envelope(json.loads(message["Body"])))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    yield listen
    bus.remove_targets(Rule=QUEUE, EventBusName=config.bus(), Ids=[QUEUE])
    bus.delete_rule(Name=QUEUE, EventBusName=config.bus())


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[dict[str, Any]], bool]], None]:
    """Let the bus refuse those entries of which the given function says so."""
    take = EventsBackend.put_events

    def start(bad: Callable[[dict[str, Any]], bool]) -> None:
        def put_events(backend: EventsBackend, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
            good = iter(take(backend, [entry for entry in entries if not bad(entry)]))
            return [{"ErrorCode": "InternalFailure"} if bad(entry) else next(good) for entry in entries]

        monkeypatch.setattr(EventsBackend, "put_events", put_events)

    return start
