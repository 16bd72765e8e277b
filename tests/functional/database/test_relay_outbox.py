"""The relational outbox: what is recorded with a commit goes over the bus, in order, once it can."""

import json
import threading
from collections.abc import Callable
from typing import Any

import boto3
import psycopg
import pytest
from sqlalchemy import text

from mall import config, errors, events, ids, sql
from mall.events import EventTooLarge
from mall.events.relay import NotPublished
from mall.sql import shards
from tests.fixtures.stacks import Mall

Run = Callable[..., Any]


def user(slot: int) -> str:
    return ids.new("usr", slot=slot)


def tell(aggregate: str, *numbers: int) -> None:
    with sql.session(key=aggregate) as session:
        for number in numbers:
            events.record(session, events.Event.of("shop.Told", aggregate=aggregate, data={"number": number}))


def nudges() -> list[dict[str, Any]]:
    messages = boto3.client("sqs").receive_message(QueueUrl=config.queue("nudges"), MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in messages.get("Messages", [])]


def numbers(told: list[events.Event], aggregate: str) -> list[int]:
    return [event.data["number"] for event in told if event.aggregate == aggregate]


def test_what_was_committed_is_published_once_and_in_order(
    database: list[str], run: Run, heard: Callable[[], list[events.Event]]
) -> None:
    one, other = user(3), user(800)
    tell(one, 1, 2)
    tell(other, 1)
    tell(one, 3)

    run("database.relay_outbox", {})

    told = heard()
    assert numbers(told, one) == [1, 2, 3]
    assert numbers(told, other) == [1]
    assert [event.sequence for event in told if event.aggregate == one] == sorted(
        event.sequence for event in told if event.aggregate == one
    )
    run("database.relay_outbox", {})
    assert heard() == []


def test_what_was_rolled_back_is_never_told(
    database: list[str], run: Run, heard: Callable[[], list[events.Event]]
) -> None:
    one = user(3)

    with pytest.raises(errors.Conflict), sql.session(key=one) as session:
        events.record(session, events.Event.of("shop.Told", aggregate=one, data={"number": 1}))
        raise errors.Conflict

    assert nudges() == []
    run("database.relay_outbox", {})
    assert heard() == []


def test_a_commit_with_news_nudges_the_relay_of_its_shard_once(database: list[str], aws: Mall) -> None:
    tell(user(3), 1, 2, 3)
    tell(user(800), 1)

    assert sorted(nudge["shard"] for nudge in nudges()) == [0, 1]


def test_a_nudge_relays_its_shard_and_no_other(
    database: list[str], run: Run, heard: Callable[[], list[events.Event]]
) -> None:
    one, other = user(3), user(800)
    tell(one, 1)
    tell(other, 1)

    run("database.relay_outbox", {"Records": [{"body": json.dumps({"shard": 1})}] * 2})

    assert [event.aggregate for event in heard()] == [other]


def test_a_lost_nudge_costs_nothing_but_time(
    database: list[str], run: Run, heard: Callable[[], list[events.Event]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MALL_QUEUE_NUDGES", "https://sqs.us-east-1.amazonaws.com/123456789012/nowhere")
    one = user(3)

    tell(one, 1)

    run("database.relay_outbox", {})
    assert numbers(heard(), one) == [1]


def test_a_refused_event_holds_up_only_the_later_ones_of_its_aggregate(
    database: list[str], run: Run, heard: Callable[[], list[events.Event]], refuse: Any
) -> None:
    one, other = user(3), user(4)
    tell(one, 1, 2, 3)
    tell(other, 1, 2, 3)
    refuse(lambda entry: entry["Resources"] == [one] and json.loads(entry["Detail"])["data"]["number"] == 2)

    with pytest.raises(NotPublished):
        run("database.relay_outbox", {})

    told = heard()
    assert numbers(told, one) == [1]
    assert numbers(told, other) == [1, 2, 3]
    refuse(lambda entry: False)
    run("database.relay_outbox", {})
    assert numbers(heard(), one) == [2, 3]


def test_many_events_of_many_aggregates_all_arrive(
    database: list[str], run: Run, heard: Callable[[], list[events.Event]]
) -> None:
    buyers = [user(slot) for slot in range(0, 240, 10)]
    for buyer in buyers:
        tell(buyer, *range(6))

    assert run("database.relay_outbox", {}) == {"published": 144}

    told = heard()
    assert all(numbers(told, buyer) == list(range(6)) for buyer in buyers)


def test_a_shard_that_is_down_does_not_silence_the_others(
    database: list[str], run: Run, heard: Callable[[], list[events.Event]], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = user(800)
    tell(one, 1)
    monkeypatch.setenv("MALL_DATABASE_URLS", f"postgresql+psycopg://nobody@127.0.0.1:1/nothing,{database[1]}")

    with pytest.raises(NotPublished):
        run("database.relay_outbox", {})

    assert numbers(heard(), one) == [1]


def test_what_a_moved_slot_left_behind_is_not_published_a_second_time(
    database: list[str], run: Run, heard: Callable[[], list[events.Event]]
) -> None:
    one = user(3)
    tell(one, 1)
    with shards.engine(0).begin() as connection:
        connection.execute(text("INSERT INTO slot_fence (slot, state, mover) VALUES (3, 'elsewhere', 'test')"))

    run("database.relay_outbox", {})

    assert heard() == []


def test_an_event_of_something_without_a_slot_is_told_from_where_the_transaction_works(
    database: list[str], run: Run, heard: Callable[[], list[events.Event]]
) -> None:
    with sql.session(key=user(800)) as session:
        events.record(session, events.Event.of("shop.Told", aggregate="cmp_spring", data={"number": 1}))

    run("database.relay_outbox", {"Records": [{"body": json.dumps({"shard": 1})}]})

    assert numbers(heard(), "cmp_spring") == [1]


def test_an_event_that_the_bus_would_never_take_is_refused_before_it_is_written(database: list[str]) -> None:
    one = user(3)

    with pytest.raises(EventTooLarge), sql.session(key=one) as session:
        events.record(session, events.Event.of("shop.Told", aggregate=one, data={"text": "a" * 260_000}))


@pytest.mark.parametrize("held_for", [0.3, 60.0])
def test_two_relays_never_work_on_the_same_shard(
    database: list[str], run: Run, heard: Callable[[], list[events.Event]], held_for: float
) -> None:
    one = user(3)
    tell(one, 1)
    with psycopg.connect(database[0].replace("+psycopg", ""), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(20749, 1)")
        release = threading.Timer(held_for, lambda: other.execute("SELECT pg_advisory_unlock(20749, 1)"))
        release.start()

        run("database.relay_outbox", {"Records": [{"body": json.dumps({"shard": 0})}]})

        release.cancel()
        release.join()
    # One that had to wait looks for itself; one that waited in vain leaves it to the sweep.
    assert numbers(heard(), one) == ([1] if held_for < 1 else [])
