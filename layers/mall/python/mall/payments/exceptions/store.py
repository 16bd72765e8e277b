"""Exceptions in PostgreSQL, on the shard of their payment."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from mall import ids, sql
from mall.money import Money
from mall.payments.model import ExceptionNotFound, PaymentException
from mall.payments.tables import ExceptionRow


def add(session: sql.Session, exception: PaymentException) -> bool:
    """Keep an exception; False when the same was kept before."""
    expected, received = exception.expected, exception.received
    row = insert(ExceptionRow).values(
        slot=ids.slot_of(exception.id),
        id=exception.id,
        kind=exception.kind,
        channel=exception.channel,
        event_id=exception.event_id,
        attempt_id=exception.attempt_id,
        intent_id=exception.intent_id,
        user_id=exception.user_id,
        expected=None if expected is None else expected.cents,
        received=None if received is None else received.cents,
        currency="" if expected is None else expected.currency,
        received_currency="" if received is None else received.currency,
        trade_no=exception.trade_no,
        details=dict(exception.details),
        created_at=exception.created_at,
        resolved_at=None,
        resolved_by="",
        action="",
        reason="",
    )
    return session.execute(row.on_conflict_do_nothing().returning(ExceptionRow.id)).one_or_none() is not None


def listed(*, resolved: bool, limit: int, after: str | None) -> list[PaymentException]:
    """Exceptions of all shards, the newest first, from before the id `after`."""
    found = select(ExceptionRow).where(
        ExceptionRow.resolved_at.is_not(None) if resolved else ExceptionRow.resolved_at.is_(None)
    )
    if after:
        found = found.where(ExceptionRow.id < after)
    with sql.session(read_only=True) as session:
        rows = session.scalars(found.order_by(ExceptionRow.id.desc()).limit(limit), execution_options={"scatter": True})
        return [_exception(row) for row in rows]


def load(session: sql.Session, exception_id: str) -> PaymentException:
    """One exception, locked until the transaction ends. Raises ExceptionNotFound."""
    row = session.scalars(
        select(ExceptionRow)
        .where(ExceptionRow.slot == ids.slot_of(exception_id), ExceptionRow.id == exception_id)
        .with_for_update(),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if row is None:
        raise ExceptionNotFound
    return _exception(row)


def resolve(session: sql.Session, exception_id: str, *, by: str, action: str, reason: str, at: datetime) -> None:
    """Write down how a locked exception was resolved."""
    session.execute(
        update(ExceptionRow)
        .where(ExceptionRow.slot == ids.slot_of(exception_id), ExceptionRow.id == exception_id)
        .values(resolved_at=at, resolved_by=by, action=action, reason=reason),
        execution_options={"synchronize_session": False},
    )


def _exception(row: ExceptionRow) -> PaymentException:
    def money(cents: int | None, currency: str) -> Any:
        return None if cents is None else Money(cents, currency)

    return PaymentException(
        id=row.id,
        kind=row.kind,
        channel=row.channel,
        event_id=row.event_id,
        attempt_id=row.attempt_id,
        intent_id=row.intent_id,
        user_id=row.user_id,
        expected=money(row.expected, row.currency),
        received=money(row.received, row.received_currency),
        trade_no=row.trade_no,
        created_at=row.created_at,
        details=row.details,
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
        action=row.action,
        reason=row.reason,
    )
