"""What other subsystems ask of payments. Functions with a `session` work in the caller's transaction."""

from datetime import datetime

from mall import clock, errors, ids, sql
from mall.money import Money
from mall.observability import logger
from mall.payments import channels, store
from mall.payments.model import (
    Attempt,
    AttemptState,
    Intent,
    IntentClosed,
    IntentDiffers,
    IntentState,
    NoSuchChannel,
    RefundOutcome,
    Standing,
)
from mall.payments.reports import service as reports


def open_intent(
    session: sql.Session,
    *,
    user_id: str,
    purpose: str,
    reference: str,
    amount: Money,
    subject: str,
    expires_at: datetime,
) -> Intent:
    """Say that `amount` has to be paid for `reference` (a trade's id, say); the same again is the same intent.

    Raises IntentDiffers when it was opened with another amount or for somebody else.
    """
    if not amount > Money(0, amount.currency):
        raise errors.Invalid("Only an amount above zero is paid.")
    now = clock.now()
    wanted = Intent(
        id=ids.new("pay", slot=ids.slot_of(user_id), at=now),
        user_id=user_id,
        purpose=purpose,
        reference=reference,
        amount=amount,
        subject=subject,
        state=IntentState.WAITING,
        reason="",
        expires_at=expires_at,
        paid_by="",
        paid_at=None,
        refunded=Money(0, amount.currency),
        version=1,
        created_at=now,
    )
    if store.add_intent(session, wanted):
        return wanted
    found = store.intent_for(session, user_id, purpose, reference)
    if found is None or (found.user_id, found.amount) != (user_id, amount):
        raise IntentDiffers
    return found


def extend_intent(session: sql.Session, *, intent_id: str, expires_at: datetime) -> None:
    """Let an intent be paid until later; an earlier time changes nothing. Raises IntentClosed, AlreadyPaid."""
    intent = store.intent(session, intent_id, lock=True)
    if intent.state is IntentState.CLOSED or intent.reason:
        raise IntentClosed(reason=intent.reason)
    if intent.state is IntentState.WAITING and expires_at > intent.expires_at:
        store.change_intent(session, intent, at=clock.now(), expires_at=expires_at)


def get_intent(intent_id: str) -> Intent:
    """One intent, whoever's it is. Raises PaymentNotFound."""
    with sql.session(key=intent_id) as session:
        return store.intent(session, intent_id)


def intent_of(session: sql.Session, intent_id: str) -> Intent:
    """One intent in the caller's transaction, locked until that ends. Raises PaymentNotFound."""
    return store.intent(session, intent_id, lock=True)


def captured(intent_id: str) -> list[Attempt]:
    """The attempts whose money we have, the oldest first; `unwanted` says of which nobody knows what to do with it."""
    with sql.session(key=intent_id) as session:
        return captured_in(session, intent_id)


def captured_in(session: sql.Session, intent_id: str) -> list[Attempt]:
    """`captured` in the caller's transaction, without a lock."""
    return [attempt for attempt in store.attempts_of(session, intent_id) if attempt.state is AttemptState.SUCCESS]


def refunded(session: sql.Session, *, intent_id: str, amount: Money) -> Intent:
    """`amount` of what an intent was paid with has gone back for good; call it once a refund, in its transaction.

    Raises Conflict for more than was paid.
    """
    intent = store.intent(session, intent_id, lock=True)
    state, total = intent.after_refund(amount)
    store.change_intent(session, intent, at=clock.now(), state=state, refunded=total.cents)
    return store.intent(session, intent_id)


# --- over the network, so never inside a session


def close_intent(intent_id: str, reason: str = "cancelled") -> Intent:
    """Let an intent be paid no more, and say how it stands then: CLOSED, or SUCCESS when somebody was quicker.

    Every open attempt is asked for at its channel and closed there, and a payment that the channel has counts. Raises
    ChannelUnavailable when one does not answer: then the intent takes no new attempts any more, and closing it has to
    be tried again. What is paid all the same afterwards is told as PaymentUnwanted.
    """
    intent, attempts = _begin_closing(intent_id, reason)
    if intent.state is not IntentState.WAITING:
        return intent
    for attempt in attempts:
        if attempt.open and close_attempt(attempt) is Standing.PAID:
            break
    return _end_closing(intent_id, reason)


def close_attempt(attempt: Attempt) -> Standing:
    """Close one attempt at its channel, take in what that says, and say how it stands there."""
    try:
        report = channels.of(attempt.channel).close(attempt)
    except NoSuchChannel:
        # A channel that was taken out of the configuration: nobody can be asked, and what it may still send is late.
        logger.warning("attempt of a channel that is gone", attempt_id=attempt.id, channel=attempt.channel)
        return Standing.ABSENT
    reports.heard(attempt, report)
    return report.standing


def send_refund(attempt_id: str, refund_no: str, amount: Money, reason: str) -> RefundOutcome:
    """Send money of a captured attempt back through its channel; the same number again is the same refund.

    Raises ChannelUnavailable when nobody knows what came of it: ask again with the same number.
    """
    attempt = _captured(attempt_id)
    return channels.of(attempt.channel).refund(attempt, refund_no, amount, reason)


def query_refund(attempt_id: str, refund_no: str) -> RefundOutcome:
    """What became of a refund at its channel. Raises ChannelUnavailable when it does not answer."""
    attempt = _captured(attempt_id)
    return channels.of(attempt.channel).query_refund(attempt, refund_no)


def _captured(attempt_id: str) -> Attempt:
    with sql.session(key=attempt_id) as session:
        attempt = store.attempt(session, attempt_id)
    if attempt.state is not AttemptState.SUCCESS:
        raise errors.Conflict("Nothing was paid in this attempt.")
    return attempt


def _begin_closing(intent_id: str, reason: str) -> tuple[Intent, list[Attempt]]:
    def act(session: sql.Session) -> tuple[Intent, list[Attempt]]:
        intent = store.intent(session, intent_id, lock=True)
        if intent.state is not IntentState.WAITING:
            return intent, []
        if not intent.reason:
            store.change_intent(session, intent, at=clock.now(), reason=reason)
        return intent, store.attempts_of(session, intent_id)

    return sql.retrying(act, key=intent_id)


def _end_closing(intent_id: str, reason: str) -> Intent:
    def act(session: sql.Session) -> Intent:
        intent = store.intent(session, intent_id, lock=True)
        if intent.state is IntentState.WAITING:
            reports.close(session, intent, intent.reason or reason, at=clock.now())
            return store.intent(session, intent_id)
        return intent

    return sql.retrying(act, key=intent_id)
