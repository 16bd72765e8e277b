"""An event has its effect once, however often it comes, and old news never overwrite later news."""

import json
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from sqlalchemy import select

from mall import aws as clients
from mall import errors, events, ids, nosql, sql
from mall.events.items import OutboxItem
from mall.sql.tables import InboxRow
from tests.fixtures.stacks import Mall

NAME = "shop.on_told"


class Seen(nosql.Model):
    """Items beside the outbox's own, in its table."""

    class Meta(nosql.Table):
        logical = "outbox"

    id = UnicodeAttribute(hash_key=True, attr_name="pk")
    what = UnicodeAttribute(range_key=True, attr_name="sk")
    number = NumberAttribute(null=True)
    sequence = NumberAttribute(null=True)


def told(number: int = 1, **options: Any) -> events.Event:
    return events.Event.of("shop.Told", aggregate=ids.new("usr", slot=3), data={"number": number}, **options)


def message(event: events.Event, id_: str = "1") -> dict[str, Any]:
    body = {"detail-type": event.name, "source": event.source, "detail": json.loads(event.detail())}
    return {"messageId": id_, "body": json.dumps(body), "eventSourceARN": "arn:aws:sqs:us-east-1:1:shop-on_told"}


def test_a_repeated_event_changes_dynamodb_once(aws: Mall) -> None:
    event = told()

    for _ in range(3):
        with events.once(NAME, event) as writes:
            writes.update(Seen("count", "x"), [Seen.number.add(1)])

    assert Seen.get("count", "x").number == 1


def test_two_consumers_take_the_same_event_in_each_for_itself(aws: Mall) -> None:
    event = told()

    for consumer in (NAME, "ads.on_told"):
        with events.once(consumer, event) as writes:
            writes.update(Seen("count", "x"), [Seen.number.add(1)])

    assert Seen.get("count", "x").number == 2


def test_a_condition_of_the_consumers_own_is_not_mistaken_for_a_repetition(aws: Mall) -> None:
    with pytest.raises(nosql.ConditionFailed), events.once(NAME, told()) as writes:
        writes.save(Seen("count", "x"), condition=Seen.id.exists())


def test_the_inbox_entry_as_an_action_cancels_the_transaction_of_a_repetition(aws: Mall) -> None:
    event = told()
    client = clients.client("dynamodb")
    client.transact_write_items(TransactItems=[events.inbox_put(NAME, event)])

    with pytest.raises(client.exceptions.TransactionCanceledException):
        client.transact_write_items(TransactItems=[events.outbox_put(told()), events.inbox_put(NAME, event)])

    assert OutboxItem.count(event.aggregate) == 0


def test_a_repeated_event_is_noticed_in_the_relational_transaction(database: list[str]) -> None:
    event = told()
    seen = []

    for _ in range(2):
        with sql.session() as session:
            seen.append(events.inbox_row(session, NAME, event))

    assert seen == [True, False]


def test_an_event_whose_transaction_was_rolled_back_is_taken_in_again(database: list[str]) -> None:
    event = told()
    with pytest.raises(errors.Conflict), sql.session() as session:
        events.inbox_row(session, NAME, event)
        raise errors.Conflict

    with sql.session() as session:
        assert events.inbox_row(session, NAME, event)


def test_of_two_deliveries_at_once_one_waits_for_the_other(database: list[str]) -> None:
    event = told()
    entered, answers = threading.Barrier(2), []

    def take() -> None:
        entered.wait()
        with sql.session() as session:
            answers.append(events.inbox_row(session, NAME, event))

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [False, True]


def test_the_entry_is_on_the_shard_of_what_the_consumer_changes(database: list[str]) -> None:
    merchant = ids.new("mch", slot=900)

    with sql.session(key=merchant) as session:
        events.inbox_row(session, NAME, told(), key=merchant)

    with sql.session(read_only=True) as session:
        assert session.scalars(select(InboxRow.slot).where(InboxRow.slot == 900)).all() == [900]


def test_late_news_do_not_overwrite_later_ones(aws: Mall) -> None:
    first, second = told(1), told(2)

    for event in (second, first, second):
        try:
            with nosql.conditional():
                Seen("latest", "x", number=event.data["number"], sequence=event.sequence).save(
                    condition=events.newer(Seen.sequence, event)
                )
        except nosql.ConditionFailed:
            continue

    assert Seen.get("latest", "x").number == 2


def test_one_bad_message_comes_again_alone() -> None:
    taken = []

    @events.consumer(NAME)
    def app(event: events.Event) -> None:
        """Take the news in."""
        if event.data["number"] == 2:
            raise errors.Conflict
        taken.append(event.data["number"])

    batch = {"Records": [message(told(number), str(number)) for number in (1, 2, 3)]}
    batch["Records"].append({**message(told(), "4"), "body": "{}"})

    answer = app(batch, None)

    assert taken == [1, 3]
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["2", "4"]
    assert (app.consumer, app.__doc__) == (NAME, "Take the news in.")


def test_in_a_fifo_queue_the_later_messages_of_a_group_wait_for_the_one_that_failed() -> None:
    taken = []

    @events.consumer(NAME)
    def app(event: events.Event) -> None:
        if event.data["number"] == 1:
            raise RuntimeError("not now")
        taken.append(event.data["number"])

    records = [
        {
            **message(told(number), str(number)),
            "eventSourceARN": "arn:aws:sqs:us-east-1:1:shop.fifo",
            "attributes": {"MessageGroupId": group},
        }
        for number, group in ((1, "a"), (2, "a"), (3, "b"))
    ]

    answer = app({"Records": records}, None)

    assert taken == [3]
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["1", "2"]


def test_of_events_that_are_taken_together_a_bad_one_comes_again_alone() -> None:
    given, taken = [], []

    @events.consumer_of_many(NAME)
    def app(happened: Sequence[events.Event]) -> None:
        """Take the news in."""
        numbers = [event.data["number"] for event in happened]
        given.append(numbers)
        if 2 in numbers:
            raise errors.Conflict
        taken.extend(numbers)

    batch = {"Records": [message(told(number), str(number)) for number in (1, 2, 3)]}
    batch["Records"].append({**message(told(), "4"), "body": "{}"})

    answer = app(batch, None)

    assert given == [[1, 2, 3], [1], [2], [3]]
    assert taken == [1, 3]
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["2", "4"]


def test_good_events_are_taken_together_in_one_call() -> None:
    given = []

    @events.consumer_of_many(NAME)
    def app(happened: Sequence[events.Event]) -> None:
        given.append([event.data["number"] for event in happened])

    assert app({"Records": [message(told(number), str(number)) for number in (1, 2, 3)]}, None) == {
        "batchItemFailures": []
    }
    assert given == [[1, 2, 3]]
