"""Taking in what a channel reports, in one transaction with everything that follows from it."""

from datetime import datetime
from typing import Any

from mall import clock, events, sql
from mall.ledger import service as ledger
from mall.ledger.model import Posting
from mall.observability import count, logger
from mall.payments import store
from mall.payments.exceptions import service as exceptions
from mall.payments.model import (
    Attempt,
    AttemptState,
    Intent,
    IntentState,
    Report,
    Standing,
    Verdict,
    judge,
    next_check,
)
from mall.wallet import service as wallet


def take(session: sql.Session, report: Report, *, channel: str, event_id: str, at: datetime) -> Verdict:
    """Do what `report` means, in the caller's transaction, and say what that was.

    UNKNOWN: we have no such attempt (with that channel), so somebody has to look into it.
    """
    found = store.locked(session, report.attempt_id)
    if found is None or found[1].channel != channel:
        if report.standing is Standing.PAID:
            exceptions.unknown(session, report, channel=channel, event_id=event_id, at=at)
        return Verdict.UNKNOWN
    intent, attempt = found
    verdict = judge(intent, attempt, report)
    match verdict:
        case Verdict.PAID | Verdict.LATE | Verdict.DOUBLE:
            received(session, intent, attempt, report, verdict, at=at)
        case Verdict.HELD:
            exceptions.hold(session, intent, attempt, report, event_id=event_id, at=at)
            store.change_attempt(session, attempt, at=at, next_check_at=None)
        case Verdict.FAILED | Verdict.CLOSED:
            state = AttemptState.FAILED if verdict is Verdict.FAILED else AttemptState.CLOSED
            store.change_attempt(session, attempt, at=at, state=state, reason=report.reason[:200], next_check_at=None)
    logger.info("payment reported", intent_id=intent.id, attempt_id=attempt.id, channel=channel, verdict=verdict)
    if verdict is not Verdict.NOTHING:
        sql.after_commit(session, lambda: count(f"Payment{verdict.title()}"))
    return verdict


def heard(attempt: Attempt, report: Report) -> Verdict:
    """Take in what a channel answered when it was asked for `attempt`, in a transaction of its own."""
    now = clock.now()

    def act(session: sql.Session) -> Verdict:
        return take(session, report, channel=attempt.channel, event_id="", at=now)

    return sql.retrying(act, key=attempt.id)


def received(
    session: sql.Session, intent: Intent, attempt: Attempt, report: Report, verdict: Verdict, *, at: datetime
) -> None:
    """Money came in for a locked intent: keep that, whether or not anybody can use it."""
    amount = report.amount or attempt.amount
    paid_at = report.paid_at or at
    unwanted = "" if verdict is Verdict.PAID else "wrong_amount" if verdict is Verdict.HELD else str(verdict)
    store.change_attempt(
        session,
        attempt,
        at=at,
        state=AttemptState.SUCCESS,
        trade_no=report.trade_no or attempt.trade_no,
        amount=amount.cents,
        currency=amount.currency,
        unwanted=unwanted,
        paid_at=paid_at,
        next_check_at=None,
    )
    ledger.post(
        session,
        user_id=intent.user_id,
        key=f"received:{attempt.id}",
        kind="payment_received",
        reference=intent.id,
        postings=[Posting(f"channel:{attempt.channel}:clearing", amount), Posting(f"intent:{intent.id}", -amount)],
    )
    facts: dict[str, Any] = {
        "intent_id": intent.id,
        "attempt_id": attempt.id,
        "user_id": intent.user_id,
        "amount": amount.cents,
        "currency": amount.currency,
        "channel": attempt.channel,
    }
    if unwanted:
        _tell(session, "payments.PaymentUnwanted", intent, facts | {"why": unwanted})
        return
    store.change_intent(session, intent, at=at, state=IntentState.SUCCESS, paid_by=attempt.id, paid_at=paid_at)
    if intent.purpose == "top_up":
        wallet.credit(
            session,
            user_id=intent.user_id,
            amount=amount,
            key=f"top_up:{intent.id}",
            kind="top_up",
            reference=intent.id,
            from_account=f"intent:{intent.id}",
        )
    facts |= {"purpose": intent.purpose, "reference": intent.reference, "paid_at": paid_at.isoformat()}
    _tell(session, "payments.PaymentSucceeded", intent, facts)


def close(session: sql.Session, intent: Intent, reason: str, *, at: datetime) -> None:
    """Close a locked intent that waits, with every attempt of which nobody has heard an end."""
    for attempt in store.attempts_of(session, intent.id):
        if attempt.open:
            # Where the buyer may still be on the way to pay, the sweep looks once more when that is over.
            later = attempt.expires_at if attempt.expires_at > at else at
            again = next_check(0, later, attempt.expires_at)
            store.change_attempt(session, attempt, at=at, state=AttemptState.CLOSED, next_check_at=again)
    store.change_intent(session, intent, at=at, state=IntentState.CLOSED, reason=reason)
    _tell(
        session,
        "payments.PaymentClosed",
        intent,
        {
            "intent_id": intent.id,
            "user_id": intent.user_id,
            "purpose": intent.purpose,
            "reference": intent.reference,
            "amount": intent.amount.cents,
            "currency": intent.amount.currency,
            "reason": reason,
        },
    )


def _tell(session: sql.Session, name: str, intent: Intent, data: dict[str, Any]) -> None:
    events.record(session, events.Event.of(name, aggregate=intent.id, data=data))
