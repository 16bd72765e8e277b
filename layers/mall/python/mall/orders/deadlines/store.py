"""Deadlines in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from mall import clock, ids, sql
from mall.orders.model import Deadline, Kind
from mall.orders.tables import DeadlineRow
from mall.sql import shards

# After the first attempt, the sweep looks again after one minute, two, four, … up to an hour.
_PAUSE, _LONGEST = timedelta(minutes=1), timedelta(hours=1)
# What a moved slot leaves behind here is swept by the shard to which it went.
_LEFT_BEHIND = text("SELECT slot FROM slot_fence WHERE state <> 'leaving'")
_TABLE = DeadlineRow.__table__

_excluded: Any = (_entry := insert(DeadlineRow)).excluded
_PUT = sql.prepared(
    _entry.on_conflict_do_update(
        index_elements=["slot", "subject", "kind"],
        set_={
            "due_at": _excluded.due_at,
            "look_at": _excluded.look_at,
            "version": DeadlineRow.version + 1,
            "tries": 0,
            "met_at": None,
        },
    )
)
_LOOK_AGAIN = sql.prepared(
    update(DeadlineRow).where(sql.given(DeadlineRow.slot, DeadlineRow.subject, DeadlineRow.kind, DeadlineRow.version))
)
_MEET = sql.prepared(
    update(DeadlineRow).where(
        sql.given(DeadlineRow.slot),
        sql.given_any(DeadlineRow.subject),
        sql.given_any(DeadlineRow.kind),
        DeadlineRow.met_at.is_(None),
    )
)
_OF = sql.prepared(
    select(DeadlineRow)
    .where(sql.given(DeadlineRow.slot), sql.given_any(DeadlineRow.subject), DeadlineRow.met_at.is_(None))
    .order_by(DeadlineRow.due_at)
)
_CURRENT = sql.prepared(
    select(DeadlineRow).where(
        sql.given(DeadlineRow.slot, DeadlineRow.subject, DeadlineRow.kind), DeadlineRow.met_at.is_(None)
    )
)


def put(
    session: sql.Session,
    deadlines: Sequence[tuple[str, Kind, datetime]],
    user_id: str,
    *,
    look_at: datetime | None = None,
) -> None:
    """Set deadlines of trades or orders of one user: new ones, or a new version of what is there.

    The sweep looks at them when they are due, or before that at `look_at`.
    """
    rows = [
        {
            "subject": subject,
            "kind": kind.value,
            "user_id": user_id,
            "due_at": due_at,
            "version": 1,
            "look_at": look_at or due_at,
            "tries": 0,
        }
        for subject, kind, due_at in deadlines
    ]
    _PUT.soon(session, rows)


def look_again(session: sql.Session, deadline: Deadline, at: datetime) -> None:
    """Let the sweep look at a deadline of this version at that moment next."""
    _LOOK_AGAIN.soon(
        session, {"look_at": at}, subject=deadline.subject, kind=deadline.kind.value, version=deadline.version
    )


def meet(session: sql.Session, subjects: Sequence[str], kinds: Sequence[Kind], at: datetime) -> None:
    """Say that what the deadlines are for has happened, or need not happen any more."""
    slot = ids.slot_of(subjects[0])
    _MEET.soon(session, {"met_at": at}, slot=slot, subject=list(subjects), kind=[kind.value for kind in kinds])


def of(session: sql.Session, user_id: str, subjects: Sequence[str]) -> dict[str, list[Deadline]]:
    """The deadlines that are still to be met, by what they are of, the first due first."""
    found: dict[str, list[Deadline]] = {subject: [] for subject in subjects}
    rows = _OF(session, slot=ids.slot_of(user_id), subject=list(subjects))
    for row in rows:
        found[row.subject].append(_deadline(row))
    return found


def current(session: sql.Session, subject: str, kind: Kind) -> Deadline | None:
    """The deadline of this kind that is still to be met, if there is one."""
    row = _CURRENT(session, subject=subject, kind=kind.value).first()
    return _deadline(row) if row else None


def claim(shard: int, at: datetime, most: int) -> list[Deadline]:
    """Take deadlines of `shard` that are due, the longest due first, so that no other sweep takes them for a while."""
    table: Any = _TABLE
    with shards.engine(shard).begin() as connection:
        left = connection.execute(_LEFT_BEHIND).scalars().all()
        due = select(table.c.slot, table.c.subject, table.c.kind).where(table.c.met_at.is_(None), table.c.look_at <= at)
        if left:
            due = due.where(table.c.slot.not_in(left))
        due = due.order_by(table.c.look_at).limit(most).with_for_update(skip_locked=True)
        taken = connection.execute(due).all()
        if not taken:
            return []
        pause = func.least(_PAUSE * func.power(2, func.least(table.c.tries, 10)), _LONGEST)
        rows = connection.execute(
            update(table)
            .where(tuple_(table.c.slot, table.c.subject, table.c.kind).in_([tuple(row) for row in taken]))
            .values(look_at=at + pause, tries=table.c.tries + 1)
            .returning(table)
        ).all()
    return sorted((_deadline(row) for row in rows), key=lambda deadline: deadline.due_at)


def oldest(shard: int) -> timedelta:
    """For how long the deadline that is most overdue has been waiting for the sweep; zero when none is."""
    table: Any = _TABLE
    now = clock.now()
    with shards.engine(shard).connect() as connection:
        left = connection.execute(_LEFT_BEHIND).scalars().all()
        since: datetime | None = connection.scalar(
            select(func.min(table.c.look_at)).where(table.c.met_at.is_(None), table.c.slot.not_in(left))
        )
    return max(now - since, timedelta(0)) if since else timedelta(0)


def _deadline(row: Any) -> Deadline:
    return Deadline(row.subject, Kind(row.kind), row.user_id, row.due_at, row.version)
