"""The DynamoDB outbox: what its stream delivers goes over the bus, and what failed comes again."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from mall import aws as clients
from mall import config, events, nosql
from mall.events.relay import NotPublished
from tests.fixtures.stacks import Mall

Run = Callable[..., Any]
ONE, OTHER = "prd_one", "prd_other"


def told(aggregate: str, number: int) -> events.Event:
    return events.Event.of("shop.Told", aggregate=aggregate, data={"number": number})


def stream() -> list[dict[str, Any]]:
    """The records of the outbox's stream, as Lambda delivers them."""
    client = boto3.client("dynamodbstreams")
    arn = client.list_streams(TableName=config.table("outbox"))["Streams"][0]["StreamArn"]
    shard = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = client.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records = client.get_records(ShardIterator=start["ShardIterator"])["Records"]
    return [
        {
            "eventName": record["eventName"],
            "dynamodb": {
                key: record["dynamodb"][key]
                for key in ("SequenceNumber", "Keys", "NewImage")
                if key in record["dynamodb"]
            },
        }
        for record in records
    ]


def numbers(heard: list[events.Event], aggregate: str) -> list[int]:
    return [event.data["number"] for event in heard if event.aggregate == aggregate]


def test_both_ways_to_write_an_event_down_publish_the_same(
    aws: Mall, run: Run, heard: Callable[[], list[events.Event]]
) -> None:
    first, second = told(ONE, 1), told(ONE, 2)
    with nosql.transaction() as writes:
        writes.save(events.outbox_item(first))
    clients.client("dynamodb").transact_write_items(TransactItems=[events.outbox_put(second)])

    assert run("database.relay_changes", {"Records": stream()}) == {"batchItemFailures": []}

    assert heard() == [first, second]


def test_what_the_time_to_live_removes_is_not_news(aws: Mall, run: Run, heard: Callable[[], list[Any]]) -> None:
    item = events.outbox_item(told(ONE, 1))
    item.save()
    item.delete()

    run("database.relay_changes", {"Records": stream()})

    assert len(heard()) == 1


def test_a_refused_event_comes_again_with_the_later_ones_of_its_aggregate(
    aws: Mall, run: Run, heard: Callable[[], list[events.Event]], refuse: Any
) -> None:
    for number in (1, 2, 3):
        events.outbox_item(told(ONE, number)).save()
        events.outbox_item(told(OTHER, number)).save()
    records = stream()
    refuse(lambda entry: entry["Resources"] == [ONE] and json.loads(entry["Detail"])["data"]["number"] == 2)

    answer = run("database.relay_changes", {"Records": records})

    failed = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
    assert failed == [records[2]["dynamodb"]["SequenceNumber"], records[4]["dynamodb"]["SequenceNumber"]]
    before = heard()
    assert numbers(before, ONE) == [1]
    assert numbers(before, OTHER) == [1, 2, 3]
    refuse(lambda entry: False)
    run("database.relay_changes", {"Records": records[2:]})  # Lambda goes on from the first that failed
    assert numbers(heard(), ONE) == [2, 3]


def test_on_the_emulator_a_failure_brings_the_whole_batch_again(
    aws: Mall, run: Run, refuse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    events.outbox_item(told(ONE, 1)).save()
    records = stream()
    refuse(lambda entry: True)
    monkeypatch.setattr(config, "endpoint", lambda: "http://localhost:4566")

    with pytest.raises(NotPublished):
        run("database.relay_changes", {"Records": records})


def test_a_bus_that_does_not_answer_takes_nothing_and_loses_nothing(
    aws: Mall, run: Run, heard: Callable[[], list[events.Event]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        events.outbox_item(told(f"prd_{number}", number)).save()
    records = stream()
    calls = []

    def put_events(**arguments: Any) -> Any:
        calls.append(arguments)
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "PutEvents")

    with monkeypatch.context() as patch:
        patch.setattr(clients.client("events"), "put_events", put_events)
        answer = run("database.relay_changes", {"Records": records})

    assert len(answer["batchItemFailures"]) == 30
    assert len(calls) == 1  # the others were not even tried
    run("database.relay_changes", {"Records": records})
    assert len(heard()) == 30
