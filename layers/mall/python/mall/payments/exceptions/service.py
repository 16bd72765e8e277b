"""Keeping exceptions, listing and resolving them."""

from datetime import datetime
from typing import Any

from mall import events, ids, sql
from mall.observability import count, logger
from mall.payments.exceptions import store
from mall.payments.model import Attempt, Intent, PaymentException, Report


def hold(
    session: sql.Session, intent: Intent, attempt: Attempt, report: Report, *, event_id: str, at: datetime
) -> None:
    """A payment came with another amount than was asked for: change nothing, and call a person."""
    exception = PaymentException(
        id=ids.new("pex", slot=ids.slot_of(attempt.id), at=at),
        kind="wrong_amount",
        channel=attempt.channel,
        event_id=event_id,
        attempt_id=attempt.id,
        intent_id=intent.id,
        user_id=intent.user_id,
        expected=attempt.amount,
        received=report.amount,
        trade_no=report.trade_no,
        created_at=at,
        details={"paid_at": report.paid_at.isoformat()} if report.paid_at else {},
    )
    if not store.add(session, exception):
        return
    facts: dict[str, Any] = {
        "exception_id": exception.id,
        "intent_id": intent.id,
        "attempt_id": attempt.id,
        "user_id": intent.user_id,
        "channel": attempt.channel,
        "expected": attempt.amount.cents,
        "received": None if report.amount is None else report.amount.cents,
        "currency": attempt.amount.currency,
        "received_currency": "" if report.amount is None else report.amount.currency,
    }
    events.record(session, events.Event.of("payments.PaymentHeld", aggregate=intent.id, data=facts))
    sql.after_commit(session, lambda: _alarm(exception))


def unknown(session: sql.Session, report: Report, *, channel: str, event_id: str, at: datetime) -> None:
    """Money came in for a payment that we know nothing of."""
    exception = PaymentException(
        id=ids.new("pex", slot=slot_of(report.attempt_id), at=at),
        kind="unknown_payment",
        channel=channel,
        event_id=event_id,
        attempt_id=report.attempt_id,
        intent_id="",
        user_id="",
        expected=None,
        received=report.amount,
        trade_no=report.trade_no,
        created_at=at,
        details={"paid_at": report.paid_at.isoformat()} if report.paid_at else {},
    )
    if store.add(session, exception):
        sql.after_commit(session, lambda: _alarm(exception))


def listed(*, resolved: bool, limit: int, after: str | None) -> tuple[list[PaymentException], str | None]:
    """A page of exceptions, the newest first, and the cursor of the next."""
    found = store.listed(resolved=resolved, limit=limit + 1, after=after)
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def slot_of(attempt_id: str) -> int:
    """The slot that an attempt's id carries; any, always the same, for what is not an id of ours."""
    try:
        return ids.slot_of(attempt_id)
    except ids.MalformedId:
        return ids.slot_for(attempt_id)


def _alarm(exception: PaymentException) -> None:
    count("PaymentExceptions")
    logger.error(
        "payment exception",
        exception_id=exception.id,
        kind=exception.kind,
        channel=exception.channel,
        attempt_id=exception.attempt_id,
    )
