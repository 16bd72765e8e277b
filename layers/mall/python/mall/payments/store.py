"""Payments in PostgreSQL.

Functions with a `session` work in the transaction of whoever calls them and never commit. Whoever changes an intent
or one of its attempts has locked the intent's row first, so `UPDATE`s here need no condition of their own; they have
one on the state that was read all the same, and raise Overtaken where it does not hold.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.dialects.postgresql import insert

from mall import ids, sql
from mall.money import Money
from mall.payments.model import Attempt, AttemptState, Intent, IntentState, Notice, PaymentNotFound, Verdict
from mall.payments.tables import AttemptRow, EventRow, IntentRow

_FRESH = {"populate_existing": True}
_NO_SYNC = {"synchronize_session": False}


class Overtaken(AssertionError):
    """A row changed although its intent is locked: somebody broke the rule above."""


# --- intents


def add_intent(session: sql.Session, intent: Intent) -> bool:
    """Keep a new intent; False when its purpose and reference have one already."""
    row = insert(IntentRow).values(
        slot=ids.slot_of(intent.id),
        id=intent.id,
        user_id=intent.user_id,
        purpose=intent.purpose,
        reference=intent.reference,
        amount=intent.amount.cents,
        currency=intent.amount.currency,
        subject=intent.subject,
        state=intent.state,
        reason=intent.reason,
        expires_at=intent.expires_at,
        paid_by=intent.paid_by,
        paid_at=intent.paid_at,
        refunded=intent.refunded.cents,
        version=intent.version,
        created_at=intent.created_at,
        updated_at=intent.created_at,
    )
    return session.execute(row.on_conflict_do_nothing().returning(IntentRow.id)).one_or_none() is not None


def intent_for(session: sql.Session, user_id: str, purpose: str, reference: str) -> Intent | None:
    """The intent of a purpose and reference of that person's shard."""
    row = session.scalars(
        select(IntentRow).where(
            IntentRow.slot == ids.slot_of(user_id), IntentRow.purpose == purpose, IntentRow.reference == reference
        ),
        execution_options=_FRESH,
    ).one_or_none()
    return None if row is None else _intent(row)


def intent(session: sql.Session, intent_id: str, *, lock: bool = False) -> Intent:
    """One intent, locked until the transaction ends if wanted. Raises PaymentNotFound."""
    found = select(IntentRow).where(*_by_id(IntentRow, intent_id))
    row = session.scalars(found.with_for_update() if lock else found, execution_options=_FRESH).one_or_none()
    if row is None:
        raise PaymentNotFound
    return _intent(row)


def change_intent(session: sql.Session, before: Intent, *, at: datetime, **changes: Any) -> None:
    """Write `changes` of columns over a locked intent and count its version up."""
    _changed(
        session.execute(
            update(IntentRow)
            .where(*_by_id(IntentRow, before.id), IntentRow.version == before.version)
            .values(version=before.version + 1, updated_at=at, **changes),
            execution_options=_NO_SYNC,
        )
    )


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
    session.add(
        AttemptRow(
            id=attempt.id,
            user_id=attempt.user_id,
            intent_id=attempt.intent_id,
            channel=attempt.channel,
            method=attempt.method,
            amount=attempt.amount.cents,
            currency=attempt.amount.currency,
            state=attempt.state,
            action=dict(attempt.action),
            trade_no=attempt.trade_no,
            unwanted=attempt.unwanted,
            reason=attempt.reason,
            expires_at=attempt.expires_at,
            paid_at=attempt.paid_at,
            next_check_at=attempt.next_check_at,
            checks=attempt.checks,
            checked_at=attempt.checked_at,
            created_at=attempt.created_at,
            updated_at=attempt.created_at,
        )
    )
    session.flush()


def attempts_of(session: sql.Session, intent_id: str) -> list[Attempt]:
    """The attempts of an intent, the oldest first."""
    rows = session.scalars(
        select(AttemptRow)
        .where(AttemptRow.slot == ids.slot_of(intent_id), AttemptRow.intent_id == intent_id)
        .order_by(AttemptRow.id),
        execution_options=_FRESH,
    )
    return [_attempt(row) for row in rows]


def locked(session: sql.Session, attempt_id: str) -> tuple[Intent, Attempt] | None:
    """An attempt with its intent, locked until the transaction ends; None when we know no such attempt."""
    if not _could_be_ours(attempt_id):
        return None
    # Both rows: PostgreSQL reads again what it had to wait for, and only that.
    found = _with_intent(attempt_id).with_for_update()
    row = session.execute(found, execution_options=_FRESH).one_or_none()
    return None if row is None else (_intent(row[0]), _attempt(row[1]))


def attempt(session: sql.Session, attempt_id: str) -> Attempt:
    """One attempt as it is now. Raises PaymentNotFound."""
    row = session.scalars(
        select(AttemptRow).where(*_by_id(AttemptRow, attempt_id)), execution_options=_FRESH
    ).one_or_none()
    if row is None:
        raise PaymentNotFound
    return _attempt(row)


def change_attempt(session: sql.Session, before: Attempt, *, at: datetime, **changes: Any) -> None:
    """Write `changes` of columns over an attempt whose intent is locked."""
    _changed(
        session.execute(
            update(AttemptRow)
            .where(*_by_id(AttemptRow, before.id), AttemptRow.state == before.state)
            .values(updated_at=at, **changes),
            execution_options=_NO_SYNC,
        )
    )


def move_attempt(
    session: sql.Session, attempt_id: str, states: Sequence[AttemptState], *, at: datetime, **changes: Any
) -> bool:
    """Write `changes` over an attempt that is in one of `states`; False when it is not."""
    result: Any = session.execute(
        update(AttemptRow)
        .where(*_by_id(AttemptRow, attempt_id), AttemptRow.state.in_(states))
        .values(updated_at=at, **changes),
        execution_options=_NO_SYNC,
    )
    return bool(result.rowcount)


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
            .where(*_by_id(AttemptRow, attempt.id), AttemptRow.next_check_at == attempt.next_check_at)
            .values(next_check_at=next_check_at, checks=AttemptRow.checks + 1, checked_at=at),
            execution_options=_NO_SYNC,
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
    row = insert(EventRow).values(
        slot=slot,
        channel=notice.channel,
        event_id=notice.event_id,
        kind=notice.kind,
        attempt_id=notice.report.attempt_id if notice.report else "",
        verdict=verdict,
        headers=dict(headers),
        body=body,
        at=at,
    )
    if session.execute(row.on_conflict_do_nothing().returning(EventRow.event_id)).one_or_none() is not None:
        return None
    before = session.scalars(
        select(EventRow.verdict).where(
            EventRow.slot == slot, EventRow.channel == notice.channel, EventRow.event_id == notice.event_id
        )
    ).one()
    return Verdict(before)


def _could_be_ours(id_: str) -> bool:
    """Whether this could be an id of ours at all; a channel tells of other people's numbers too."""
    try:
        ids.slot_of(id_)
    except ids.MalformedId:
        return False
    return True


def _by_id(row: type[IntentRow] | type[AttemptRow], id_: str) -> tuple[ColumnElement[bool], ...]:
    # The slot is implied, but naming it lets PostgreSQL look into one partition instead of eight.
    return row.slot == ids.slot_of(id_), row.id == id_


def _with_intent(attempt_id: str) -> Select[IntentRow, AttemptRow]:
    return (
        select(IntentRow, AttemptRow)
        .join(AttemptRow, (AttemptRow.slot == IntentRow.slot) & (AttemptRow.intent_id == IntentRow.id))
        .where(*_by_id(AttemptRow, attempt_id), IntentRow.slot == ids.slot_of(attempt_id))
    )


def _changed(result: Any) -> None:
    if result.rowcount != 1:
        raise Overtaken


def _intent(row: IntentRow) -> Intent:
    return Intent(
        id=row.id,
        user_id=row.user_id,
        purpose=row.purpose,
        reference=row.reference,
        amount=Money(row.amount, row.currency),
        subject=row.subject,
        state=IntentState(row.state),
        reason=row.reason,
        expires_at=row.expires_at,
        paid_by=row.paid_by,
        paid_at=row.paid_at,
        refunded=Money(row.refunded, row.currency),
        version=row.version,
        created_at=row.created_at,
    )


def _attempt(row: AttemptRow) -> Attempt:
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
