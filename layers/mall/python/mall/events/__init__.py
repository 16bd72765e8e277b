"""News between subsystems: published at least once, in order per aggregate, with effect exactly once.

A fact is written where it happens, in the same transaction as the change it tells of; a relay carries it to the
EventBridge bus; whoever wants to know has a queue of its own and remembers what it has taken in.

    relational:  events.record(session, event)              the `outbox` table of the same shard
    DynamoDB:    writes.save(events.outbox_item(event))      the `outbox` table, in the same TransactWriteItems
                 events.outbox_put(event)                    the same as an action in DynamoDB's own notation

    @events.consumer("users.on_consent_changed")             functions/users/on_consent_changed.py
    def app(event: events.Event) -> None:
        service.consent_changed(event)

A consumer that asks for much which several events have in common takes them together: `consumer_of_many`.

A message comes twice now and then, and two of them may overtake each other on the way. Against the first, the store
writes an inbox entry in the transaction of its effect: `events.once(...)`, `inbox_item`, `inbox_put` (DynamoDB),
`inbox_row` (relational). Against the second, a consumer that keeps the latest state compares `event.sequence`:
`events.newer(...)`, `event.supersedes(...)`; that alone also makes it idempotent.

On the bus: Source `mall.<subsystem>`, DetailType `<subsystem>.<PastTense>`, Detail as `Event.detail` writes it. Each
version of a detail's data has a JSON Schema, `events/contracts/<subsystem>.<PastTense>.v<version>.json`. A new optional
field keeps the version; anything else is a new version, published beside the old one until nobody takes the old.
"""

from mall.events.consumer import consumer, consumer_of_many
from mall.events.event import Event, EventTooLarge, Sequence
from mall.events.inbox import inbox_item, inbox_put, inbox_row, newer, once
from mall.events.outbox import outbox_item, outbox_put, record

__all__ = [
    "Event",
    "EventTooLarge",
    "Sequence",
    "consumer",
    "consumer_of_many",
    "inbox_item",
    "inbox_put",
    "inbox_row",
    "newer",
    "once",
    "outbox_item",
    "outbox_put",
    "record",
]
