"""The relational outbox, a shard at a time: publishing what it holds, and clearing away what is long published."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    SmallInteger,
    Table,
    Text,
    any_,
    bindparam,
    column,
    delete,
    func,
    literal_column,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.exc import OperationalError

from mall import clock, ids
from mall.events.event import Event
from mall.events.inbox import KEPT_SECONDS as INBOX_KEPT_SECONDS
from mall.events.relay import Pending, Publisher
from mall.observability import logger
from mall.sql import shards
from mall.sql.direct import Direct
from mall.sql.tables import InboxRow, OutboxRow

# Published and marked in one transaction, which must be over long before the server calls it idle.
BATCH = 100
PURGED_AT_ONCE = 1_000
KEPT = timedelta(days=7)

# One relay at a time works on a shard, or two would publish an aggregate's events out of order.
_LOCK = Direct(text("SELECT set_config('lock_timeout', '2s', true), pg_advisory_xact_lock(20749, 1)"))
_LOCK_NOT_AVAILABLE = "55P03"
# What a moved slot leaves behind here is published by the shard to which it went.
_LEFT_BEHIND = text("SELECT slot FROM slot_fence WHERE state <> 'leaving'")
# One look at each primary key a slot, instead of reading every row; slots that are moving are left alone.
_SLOTS = text(
    "SELECT slot FROM generate_series(0, 1023) AS s (slot) "
    "WHERE (EXISTS (SELECT FROM outbox o WHERE o.slot = s.slot) OR EXISTS (SELECT FROM inbox i WHERE i.slot = s.slot)) "
    "AND NOT EXISTS (SELECT FROM slot_fence f WHERE f.slot = s.slot) ORDER BY slot"
)

_OUTBOX: Table = OutboxRow.__table__  # type: ignore[assignment]
_INBOX: Table = InboxRow.__table__  # type: ignore[assignment]
_WAITING = Direct(
    select(_OUTBOX)
    .where(
        _OUTBOX.c.published_at.is_(None),
        _OUTBOX.c.seq > bindparam("after", type_=BigInteger),
        _OUTBOX.c.slot.not_in(_LEFT_BEHIND.columns(column("slot"))),
    )
    .order_by(_OUTBOX.c.seq)
    .limit(literal_column(str(BATCH)))
)
_PUBLISHED = Direct(
    update(_OUTBOX)
    .where(
        _OUTBOX.c.slot == any_(bindparam("slots", type_=ARRAY(SmallInteger))),
        _OUTBOX.c.id == any_(bindparam("ids", type_=ARRAY(Text))),
    )
    .values(published_at=bindparam("at"))
)


def relay(shard: int, publisher: Publisher[tuple[int, str]], *, go_on: Callable[[], bool]) -> int:
    """Publish what waits in the outbox of `shard`, oldest first, and return how many events that were.

    Waits for another relay at work on this shard and then looks for itself, since the other one may have looked
    before the caller's transaction was committed. What could not be published stays, counted by `publisher`.
    """
    before = publisher.published
    after = 0
    more = True
    while more and go_on():
        try:
            after, more = _relay_batch(shard, publisher, after)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            logger.info("another relay is at work", shard=shard)
            break
    return publisher.published - before


def _relay_batch(shard: int, publisher: Publisher[tuple[int, str]], after: int) -> tuple[int, bool]:
    """Publish the next events after number `after`; returns the last one's number and whether there are more."""
    with shards.engine(shard).begin() as connection:
        _LOCK.execute(connection, {})
        rows = _WAITING.execute(connection, {"after": after}).all()
        done = publisher.publish([Pending.of((row.slot, row.id), _event(row)) for row in rows])
        if done:
            slots, ids_ = zip(*done, strict=True)
            published = {"slots": list(set(slots)), "ids": list(ids_), "at": clock.now()}
            _PUBLISHED.execute(connection, published)
    return rows[-1].seq if rows else after, len(rows) == BATCH and not publisher.down


def oldest(shard: int) -> timedelta:
    """For how long the oldest event in the outbox of `shard` has been waiting; zero when none is."""
    with shards.engine(shard).connect() as connection:
        left = connection.execute(_LEFT_BEHIND).scalars().all()
        since: datetime | None = connection.scalar(
            select(func.min(_OUTBOX.c.occurred_at)).where(_OUTBOX.c.published_at.is_(None), _OUTBOX.c.slot.not_in(left))
        )
    return clock.now() - since if since else timedelta(0)


def purge(shard: int, *, go_on: Callable[[], bool]) -> int:
    """Delete what was published more than KEPT ago, and old inbox entries; returns how many rows that were.

    Slot by slot and in batches, along the primary key, so that no statement is long. What `go_on` cut short is done
    the next time.
    """
    cutoff = clock.now() - KEPT
    # Ids sort by time, so the primary key (slot, id) finds the old ones.
    published = _OUTBOX.c.published_at < cutoff, _OUTBOX.c.id < ids.new("evt", at=cutoff)
    taken_in = (_INBOX.c.at < clock.now() - timedelta(seconds=INBOX_KEPT_SECONDS),)
    count = 0
    with shards.engine(shard).connect() as connection:
        slots = connection.execute(_SLOTS).scalars().all()
    for slot in slots:
        for table, conditions in ((_OUTBOX, published), (_INBOX, taken_in)):
            keys = [column for column in table.primary_key.columns if column.name != "slot"]
            some = select(*keys).where(table.c.slot == slot, *conditions).limit(PURGED_AT_ONCE)
            statement = delete(table).where(table.c.slot == slot, tuple_(*keys).in_(some))
            deleted = PURGED_AT_ONCE
            while deleted == PURGED_AT_ONCE and go_on():
                with shards.engine(shard).begin() as connection:
                    deleted = connection.execute(statement).rowcount
                count += deleted
    return count


def _event(row: Any) -> Event:
    return Event(
        id=row.id,
        name=row.type,
        aggregate=row.aggregate,
        occurred_at=row.occurred_at,
        sequence=row.sequence,
        data=row.data,
        version=row.version,
    )
