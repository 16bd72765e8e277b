"""Payments in PostgreSQL.

Functions with a `session` work in the transaction of whoever calls them and never commit. Whoever changes an intent
or one of its attempts has locked the intent's row first, so `UPDATE`s here need no condition of their own; they have
one on the state that was read all the same, and raise Overtaken where it does not hold.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import delete, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from mall import ids, sql
from mall.money import Money
from mall.payments.model import Attempt, AttemptState, Intent, IntentState, Notice, PaymentNotFound, Verdict
from mall.payments.tables import AttemptRow, EventRow, IntentRow
from mall.sql import shards

# Slots that are moving are left alone.
_MOVING = text("SELECT slot FROM slot_fence")

# The slot is implied, but naming it lets PostgreSQL look into one partition instead of eight.
_ADD_INTENT = sql.prepared(insert(IntentRow).on_conflict_do_nothing())
_INTENT_FOR = sql.prepared(select(IntentRow).where(sql.given(IntentRow.slot, IntentRow.purpose, IntentRow.reference)))
_INTENT = sql.prepared(select(IntentRow).where(sql.given(IntentRow.slot, IntentRow.id)))
_INTENT_LOCKED = _INTENT.locked()
_CHANGE_INTENT = sql.prepared(update(IntentRow).where(sql.given(IntentRow.slot, IntentRow.id, IntentRow.version)))
_ADD_ATTEMPT = sql.prepared(insert(AttemptRow))
_ATTEMPT = sql.prepared(select(AttemptRow).where(sql.given(AttemptRow.slot, AttemptRow.id)))
_ATTEMPTS_OF = sql.prepared(
    select(AttemptRow).where(sql.given(AttemptRow.slot, AttemptRow.intent_id)).order_by(AttemptRow.id)
)
# Both rows: PostgreSQL reads again what it had to wait for, and only that.
_ATTEMPT_LOCKED = sql.prepared(
    select(AttemptRow, *(column.label(f"intents_{column.key}") for column in IntentRow.__table__.c))
    .join(IntentRow, (IntentRow.slot == AttemptRow.slot) & (IntentRow.id == AttemptRow.intent_id))
    .where(sql.given(AttemptRow.slot, AttemptRow.id))
).locked()
_MOVE_ATTEMPT = sql.prepared(
    update(AttemptRow).where(sql.given(AttemptRow.slot, AttemptRow.id), sql.given_any(AttemptRow.state))
)
_ADD_EVENT = sql.prepared(insert(EventRow).on_conflict_do_nothing())
_VERDICT = sql.prepared(select(EventRow.verdict).where(sql.given(EventRow.slot, EventRow.channel, EventRow.event_id)))


class Overtaken(AssertionError):
    """A row changed although its intent is locked: somebody broke the rule above."""


# --- intents


def add_intent(session: sql.Session, intent: Intent) -> bool:
    """Keep a new intent; False when its purpose and reference have one already."""
    row = {
        "id": intent.id,
        "user_id": intent.user_id,
        "purpose": intent.purpose,
        "reference": intent.reference,
        "amount": intent.amount.cents,
        "currency": intent.amount.currency,
        "subject": intent.subject,
        "state": intent.state,
        "reason": intent.reason,
        "expires_at": intent.expires_at,
        "paid_by": intent.paid_by,
        "paid_at": intent.paid_at,
        "refunded": intent.refunded.cents,
        "version": intent.version,
        "created_at": intent.created_at,
        "updated_at": intent.created_at,
    }
    return bool(_ADD_INTENT(session, row).rowcount)


def intent_for(session: sql.Session, user_id: str, purpose: str, reference: str) -> Intent | None:
    """The intent of a purpose and reference of that person's shard."""
    row = _INTENT_FOR(session, slot=ids.slot_of(user_id), purpose=purpose, reference=reference).one_or_none()
    return None if row is None else _intent(row)


def intent(session: sql.Session, intent_id: str, *, lock: bool = False) -> Intent:
    """One intent, locked until the transaction ends if wanted. Raises PaymentNotFound."""
    row = (_INTENT_LOCKED if lock else _INTENT)(session, id=intent_id).one_or_none()
    if row is None:
        raise PaymentNotFound
    return _intent(row)


def change_intent(session: sql.Session, before: Intent, *, at: datetime, **changes: Any) -> None:
    """Write `changes` of columns over a locked intent and count its version up."""
    written = {"version": before.version + 1, "updated_at": at, **changes}
    _CHANGE_INTENT.soon(session, written, id=before.id, version=before.version, unless=Overtaken())


def expired(at: datetime, *, limit: int) -> list[Intent]:
    """Intents that nobody but ourselves closes and whose time is over, the longest first."""
    with sql.session(read_only=True) as session:
        rows = session.scalars(
            select(IntentRow)
            .where(IntentRow.state == IntentState.WAITING, IntentRow.purpose != "trade", IntentRow.expires_at < at)
            .order_by(IntentRow.expires_at)
            .limit(limit),
            execution_options={"scatter": True},
        )
        return [_intent(row) for row in rows]


# --- attempts


def add_attempt(session: sql.Session, attempt: Attempt) -> None:
    """Keep a new attempt."""
    _ADD_ATTEMPT.soon(
        session,
        {
            "id": attempt.id,
            "user_id": attempt.user_id,
            "intent_id": attempt.intent_id,
            "channel": attempt.channel,
            "method": attempt.method,
            "amount": attempt.amount.cents,
            "currency": attempt.amount.currency,
            "state": attempt.state,
            "action": dict(attempt.action),
            "trade_no": attempt.trade_no,
            "unwanted": attempt.unwanted,
            "reason": attempt.reason,
            "expires_at": attempt.expires_at,
            "paid_at": attempt.paid_at,
            "next_check_at": attempt.next_check_at,
            "checks": attempt.checks,
            "checked_at": attempt.checked_at,
            "created_at": attempt.created_at,
            "updated_at": attempt.created_at,
        },
    )


def attempts_of(session: sql.Session, intent_id: str) -> list[Attempt]:
    """The attempts of an intent, the oldest first."""
    return [_attempt(row) for row in _ATTEMPTS_OF(session, slot=ids.slot_of(intent_id), intent_id=intent_id)]


def locked(session: sql.Session, attempt_id: str) -> tuple[Intent, Attempt] | None:
    """An attempt with its intent, locked until the transaction ends; None when we know no such attempt."""
    if not _could_be_ours(attempt_id):
        return None
    row = _ATTEMPT_LOCKED(session, id=attempt_id).one_or_none()
    return None if row is None else (_intent(row, "intents_"), _attempt(row))


def attempt(session: sql.Session, attempt_id: str) -> Attempt:
    """One attempt as it is now. Raises PaymentNotFound."""
    row = _ATTEMPT(session, id=attempt_id).one_or_none()
    if row is None:
        raise PaymentNotFound
    return _attempt(row)


def change_attempt(session: sql.Session, before: Attempt, *, at: datetime, **changes: Any) -> None:
    """Write `changes` of columns over an attempt whose intent is locked."""
    written = {"updated_at": at, **changes}
    _MOVE_ATTEMPT.soon(session, written, id=before.id, state=[before.state], unless=Overtaken())


def move_attempt(
    session: sql.Session, attempt_id: str, states: Sequence[AttemptState], *, at: datetime, **changes: Any
) -> bool:
    """Write `changes` over an attempt that is in one of `states`; False when it is not."""
    return bool(_MOVE_ATTEMPT(session, {"updated_at": at, **changes}, id=attempt_id, state=list(states)).rowcount)


def due(at: datetime, *, limit: int) -> list[Attempt]:
    """Attempts that are to be asked for by now, the longest first."""
    with sql.session(read_only=True) as session:
        rows = session.scalars(
            select(AttemptRow).where(AttemptRow.next_check_at <= at).order_by(AttemptRow.next_check_at).limit(limit),
            execution_options={"scatter": True},
        )
        return [_attempt(row) for row in rows]


def claim(attempt: Attempt, *, at: datetime, next_check_at: datetime | None) -> bool:
    """Take it upon oneself to ask for an attempt now; False when somebody else has."""
    with sql.session(key=attempt.id) as session:
        result: Any = session.execute(
            update(AttemptRow)
            .where(
                AttemptRow.slot == ids.slot_of(attempt.id),
                AttemptRow.id == attempt.id,
                AttemptRow.next_check_at == attempt.next_check_at,
            )
            .values(next_check_at=next_check_at, checks=AttemptRow.checks + 1, checked_at=at)
        )
        return bool(result.rowcount)


# --- what channels say


def keep_event(
    session: sql.Session,
    notice: Notice,
    verdict: Verdict,
    *,
    slot: int,
    headers: Mapping[str, str],
    body: str,
    at: datetime,
) -> Verdict | None:
    """Keep what a channel said; the verdict of before when it said that before."""
    row = {
        "slot": slot,
        "channel": notice.channel,
        "event_id": notice.event_id,
        "kind": notice.kind,
        "attempt_id": notice.report.attempt_id if notice.report else "",
        "verdict": verdict,
        "headers": dict(headers),
        "body": body,
        "at": at,
    }
    if _ADD_EVENT(session, row).rowcount:
        return None
    before = _VERDICT(session, slot=slot, channel=notice.channel, event_id=notice.event_id)
    return Verdict(before.scalar_one())


def forget_events(shard: int, before: datetime, most: int) -> int:
    """Delete the oldest of what channels said on `shard` before then, and return how many that were."""
    table: Any = EventRow.__table__
    keys = table.c.slot, table.c.channel, table.c.event_id
    with shards.engine(shard).begin() as connection:
        moving = connection.execute(_MOVING).scalars().all()
        old = select(*keys).where(table.c.at < before)
        if moving:
            old = old.where(table.c.slot.not_in(moving))
        some = old.order_by(table.c.at).limit(most).with_for_update(skip_locked=True)
        found = [tuple(row) for row in connection.execute(some)]
        if found:
            connection.execute(delete(table).where(tuple_(*keys).in_(found)))
    return len(found)


def _could_be_ours(id_: str) -> bool:
    """Whether this could be an id of ours at all; a channel tells of other people's numbers too."""
    try:
        ids.slot_of(id_)
    except ids.MalformedId:
        return False
    return True


def _intent(row: Any, prefix: str = "") -> Intent:
    of = partial(_column, row, prefix) if prefix else partial(getattr, row)
    return Intent(
        id=of("id"),
        user_id=of("user_id"),
        purpose=of("purpose"),
        reference=of("reference"),
        amount=Money(of("amount"), of("currency")),
        subject=of("subject"),
        state=IntentState(of("state")),
        reason=of("reason"),
        expires_at=of("expires_at"),
        paid_by=of("paid_by"),
        paid_at=of("paid_at"),
        refunded=Money(of("refunded"), of("currency")),
        version=of("version"),
        created_at=of("created_at"),
    )


def _column(row: Any, prefix: str, name: str) -> Any:
    return getattr(row, prefix + name)


def _attempt(row: Any) -> Attempt:
    return Attempt(
        id=row.id,
        user_id=row.user_id,
        intent_id=row.intent_id,
        channel=row.channel,
        method=row.method,
        amount=Money(row.amount, row.currency),
        state=AttemptState(row.state),
        action=row.action,
        trade_no=row.trade_no,
        unwanted=row.unwanted,
        reason=row.reason,
        expires_at=row.expires_at,
        paid_at=row.paid_at,
        next_check_at=row.next_check_at,
        checks=row.checks,
        checked_at=row.checked_at,
        created_at=row.created_at,
    )
