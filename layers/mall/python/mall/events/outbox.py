"""Writing an event down in the transaction of the change that it tells of."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from mall import clock, config, ids
from mall.events.event import Event
from mall.observability import logger

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from mall.events.items import OutboxItem

# How long a published event stays in DynamoDB's outbox, to be published again if a consumer lost it.
KEPT_SECONDS = 7 * 24 * 60 * 60

# What looks at every event that is written down; the tests check its contract here.
watchers: list[Callable[[Event], None]] = []

_NUDGES = "mall.events.nudges"


def outbox_item(event: Event) -> OutboxItem:
    """The item to save in the transaction of the change: `writes.save(events.outbox_item(event))`."""
    from mall.events.items import OutboxItem  # noqa: PLC0415  (see there)

    _watch(event)
    return OutboxItem(
        aggregate=event.aggregate,
        id=event.id,
        name=event.name,
        detail=event.detail(),
        ttl=clock.timestamp() + KEPT_SECONDS,
    )


def outbox_put(event: Event) -> dict[str, Any]:
    """The same as an action of TransactWriteItems in DynamoDB's own notation."""
    _watch(event)
    return {
        "Put": {
            "TableName": config.table("outbox"),
            "Item": {
                "pk": {"S": event.aggregate},
                "sk": {"S": event.id},
                "name": {"S": event.name},
                "detail": {"S": event.detail()},
                "ttl": {"N": str(clock.timestamp() + KEPT_SECONDS)},
            },
        }
    }


def record(session: Session, *events: Event, nudged: bool = True) -> None:
    """Write `events` into the outbox of the shard on which `session` works, and wake the relay after the commit.

    Unless `nudged`: for what is followed at once by other news of the same shard, with which it then goes out.
    What was changed in the session so far is flushed first: the order of an aggregate's events is that in which
    their transactions held its rows.
    """
    from mall import sql  # noqa: PLC0415  (a function that only uses DynamoDB does not pay for SQLAlchemy)

    for event in events:
        _watch(event)
        event.detail()  # refuses what would never fit on the bus
    session.flush()
    _add().soon(
        session,
        [
            {
                "slot": _slot(session, event.aggregate),
                "id": event.id,
                "aggregate": event.aggregate,
                "source": event.source,
                "type": event.name,
                "version": event.version,
                "sequence": event.sequence,
                "data": dict(event.data),
                "occurred_at": event.occurred_at,
            }
            for event in events
        ],
    )
    if nudged and not session.info.get(_NUDGES):
        session.info[_NUDGES] = True
        sql.after_commit(session, lambda: nudge(getattr(session, "home", None)))


@cache
def _add() -> Any:
    from sqlalchemy import insert  # noqa: PLC0415

    from mall import sql  # noqa: PLC0415
    from mall.sql.tables import OutboxRow  # noqa: PLC0415

    return sql.prepared(insert(OutboxRow))


def nudge(shard: int | None) -> None:
    """Tell the relay that `shard` has news. Fails softly: the sweep finds a minute later what nobody was told of.

    A queue and not a call of the function: a queue gathers a burst into a few batches and bounds how many relays hold
    connections to the databases, where each call would be an execution of its own, and tried again when throttled.
    """
    try:
        _nudger().send_message(QueueUrl=config.queue("nudges"), MessageBody=json.dumps({"shard": shard}))
    except Exception as error:
        logger.warning("relay not nudged", shard=shard, reason=str(error))


def _slot(session: Session, aggregate: str) -> int:
    """A slot of the shard on which the transaction works: that of the aggregate, or any where it has none."""
    from mall.sql.session import Session as ShardedSession  # noqa: PLC0415

    assert isinstance(session, ShardedSession)
    try:
        slot = ids.slot_of(aggregate)
    except ids.MalformedId:
        slot = 0
    if session.home is None or session.map.shard_of(slot) == session.home:
        return slot
    return session.map.slots_of(session.home)[0]


@cache
def _nudger() -> Any:
    from botocore.config import Config  # noqa: PLC0415

    from mall import aws  # noqa: PLC0415

    # Somebody waits for the answer to a command that is already committed.
    patience = Config(connect_timeout=0.5, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 1})
    return aws.create("sqs", patience)


def _watch(event: Event) -> None:
    for watcher in watchers:
        watcher(event)
