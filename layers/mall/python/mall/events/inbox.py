"""Taking an event in once: the entry that a consumer leaves in the transaction of what it does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mall import clock, config, ids
from mall.events.event import Event

if TYPE_CHECKING:
    from pynamodb.attributes import NumberAttribute
    from pynamodb.expressions.condition import Condition
    from pynamodb.transactions import TransactWrite
    from sqlalchemy.orm import Session

    from mall.events.items import InboxItem

# A dead-letter queue keeps a message for 14 days, and after a redrive it has 14 more in the queue.
KEPT_SECONDS = 30 * 24 * 60 * 60


@contextmanager
def once(consumer: str, event: Event) -> Iterator[TransactWrite]:
    """A DynamoDB transaction that happens once for `event`, however often it comes:

        with events.once("users.on_consent_changed", event) as writes:
            writes.save(…)

    Raises nosql.ConditionFailed when a condition of the block's own writes does not hold.
    """
    from mall import nosql  # noqa: PLC0415  (a consumer that only uses PostgreSQL does not pay for PynamoDB)
    from mall.events.items import InboxItem  # noqa: PLC0415

    item = inbox_item(consumer, event)
    try:
        with nosql.transaction() as writes:
            writes.save(item, condition=InboxItem.id.does_not_exist())
            yield writes
    except nosql.ConditionFailed:
        if not InboxItem.count(item.id, consistent_read=True):
            raise


def inbox_item(consumer: str, event: Event) -> InboxItem:
    """The inbox entry as a PynamoDB item; save it on the condition `InboxItem.id.does_not_exist()`."""
    from mall.events.items import InboxItem  # noqa: PLC0415

    return InboxItem(_id(consumer, event), ttl=clock.timestamp() + KEPT_SECONDS)


def inbox_put(consumer: str, event: Event) -> dict[str, Any]:
    """The inbox entry as an action of TransactWriteItems, which cancels the transaction for a repeated event."""
    return {
        "Put": {
            "TableName": config.table("inbox"),
            "Item": {"id": {"S": _id(consumer, event)}, "ttl": {"N": str(clock.timestamp() + KEPT_SECONDS)}},
            "ConditionExpression": "attribute_not_exists(id)",
        }
    }


def inbox_row(session: Session, consumer: str, event: Event, *, key: str | None = None) -> bool:
    """Write the inbox entry into the relational transaction; False when the event was taken in before.

        with sql.session() as session:
            if events.inbox_row(session, "orders.on_payment_captured", event):
                …

    The entry must be on the shard of what the consumer changes: `key` is an id that carries its slot, by default the
    event's aggregate. Of two deliveries at once, the second waits here until the first has committed.
    """
    from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415

    from mall.sql.tables import InboxRow  # noqa: PLC0415

    try:
        slot = ids.slot_of(key or event.aggregate)
    except ids.MalformedId:
        slot = 0  # what is on shard 0 only
    entry = insert(InboxRow).values(slot=slot, consumer=consumer, event_id=event.id, at=clock.now())
    added = session.execute(entry.on_conflict_do_nothing().returning(InboxRow.event_id))
    return added.one_or_none() is not None


def newer(attribute: NumberAttribute, event: Event) -> Condition:
    """The condition under which a projection takes the event's state over: it has seen nothing later.

        with nosql.conditional():
            Profile(user_id, name=…, sequence=event.sequence).save(condition=events.newer(Profile.sequence, event))

    A projection that only keeps the latest state needs no inbox besides.
    """
    condition: Condition = attribute.does_not_exist() | (attribute < event.sequence)
    return condition


def _id(consumer: str, event: Event) -> str:
    return f"{consumer}#{event.id}"
