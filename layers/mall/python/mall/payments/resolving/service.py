"""Resolving exceptions."""

from mall import clock, ids, sql
from mall.observability import logger
from mall.payments import store
from mall.payments.exceptions import store as exceptions
from mall.payments.model import (
    AttemptState,
    ExceptionNotFound,
    ExceptionResolved,
    NotRefundable,
    PaymentException,
    Report,
    Standing,
    Verdict,
)
from mall.payments.reports import service as reports


def resolve(exception_id: str, *, by: str, action: str, reason: str) -> PaymentException:
    """Write down what was found out about an exception, and send a held amount back if that is the `action`.

    Raises ExceptionNotFound, ExceptionResolved, NotRefundable.
    """
    now = clock.now()
    try:
        ids.slot_of(exception_id)
    except ids.MalformedId:
        raise ExceptionNotFound from None

    def act(session: sql.Session) -> PaymentException:
        exception = exceptions.load(session, exception_id)
        if exception.resolved_at is not None:
            raise ExceptionResolved
        if action == "refund":
            _send_back(session, exception)
        exceptions.resolve(session, exception_id, by=by, action=action, reason=reason, at=now)
        return exceptions.load(session, exception_id)

    resolved = sql.retrying(act, key=exception_id)
    logger.info("payment exception resolved", exception_id=exception_id, action=action, by=by)
    return resolved


def _send_back(session: sql.Session, exception: PaymentException) -> None:
    """Take the money of a held attempt in as what nobody can use, so that `refunds` sends it back."""
    received = exception.received
    found = store.locked(session, exception.attempt_id) if exception.kind == "wrong_amount" else None
    if found is None or received is None or received.cents <= 0 or found[1].state is AttemptState.SUCCESS:
        raise NotRefundable
    intent, attempt = found
    report = Report(attempt.id, Standing.PAID, trade_no=exception.trade_no, amount=received)
    reports.received(session, intent, attempt, report, Verdict.HELD, at=clock.now())
