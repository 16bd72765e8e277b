"""What nobody needs any more leaves the outboxes and inboxes, and nothing else does."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from mall import clock, events, ids, sql
from mall.events import relational
from mall.sql import shards
from mall.sql.tables import InboxRow, OutboxRow
from tests.fixtures.stacks import Mall

Run = Callable[..., Any]
NOW = datetime(2030, 3, 1, tzinfo=UTC)
USERS = [ids.new("usr", slot=slot) for slot in (3, 800)]


def tell(user: str, at: datetime, *, published: bool) -> str:
    with clock.at(at):
        event = events.Event.of("shop.Told", aggregate=user, data={})
        with sql.session(key=user) as session:
            events.record(session, event)
            if published:
                session.execute(text("UPDATE outbox SET published_at = :at WHERE id = :id"), {"at": at, "id": event.id})
    return event.id


def left(table: Any) -> set[str]:
    column = table.id if table is OutboxRow else table.event_id
    found: set[str] = set()
    for shard in range(shards.count()):
        with shards.engine(shard).connect() as connection:
            found.update(connection.execute(select(column)).scalars())
    return found


def test_only_what_was_published_long_ago_is_deleted(database: list[str], aws: Mall, run: Run) -> None:
    for user in USERS:
        tell(user, NOW - timedelta(days=8), published=True)
    kept = {tell(user, NOW - timedelta(days=6), published=True) for user in USERS}
    kept |= {tell(user, NOW - timedelta(days=60), published=False) for user in USERS}

    with clock.at(NOW):
        purged = run("database.purge_outbox", {})

    assert purged == {"purged": 2}
    assert left(OutboxRow) == kept


def test_inbox_entries_are_kept_for_longer_than_any_message_can_come_again(
    database: list[str], aws: Mall, run: Run
) -> None:
    entries = {}
    for age in (31, 29):
        event = events.Event.of("shop.Told", aggregate=USERS[0], data={})
        entries[age] = event.id
        with clock.at(NOW - timedelta(days=age)), sql.session() as session:
            events.inbox_row(session, "shop.on_told", event)

    with clock.at(NOW):
        run("database.purge_outbox", {})

    assert left(InboxRow) == {entries[29]}


def test_a_purge_goes_in_batches_and_stops_when_time_is_up(
    database: list[str], aws: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relational, "PURGED_AT_ONCE", 2)
    for _ in range(5):
        tell(USERS[0], NOW - timedelta(days=8), published=True)
    patience = iter([True, True, False])

    with clock.at(NOW):
        some = relational.purge(0, go_on=lambda: next(patience, False))
        rest = relational.purge(0, go_on=lambda: True)

    assert (some, rest) == (4, 1)


def test_a_slot_that_is_moving_is_left_alone(database: list[str], aws: Mall, run: Run) -> None:
    event = tell(USERS[0], NOW - timedelta(days=8), published=True)
    with shards.engine(0).begin() as connection:
        connection.execute(text("INSERT INTO slot_fence (slot, state, mover) VALUES (3, 'leaving', 'test')"))

    with clock.at(NOW):
        assert run("database.purge_outbox", {}) == {"purged": 0}

    assert left(OutboxRow) == {event}
