"""What people do to pay, and the sweep that asks for what was not heard of."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from mall import clock, errors, ids, sql
from mall.observability import logger
from mall.payments import addresses, channels, service, store
from mall.payments.channels.port import Charge
from mall.payments.model import (
    MOST_ATTEMPTS,
    Attempt,
    AttemptState,
    ChannelRefused,
    Intent,
    IntentClosed,
    IntentState,
    NoSuchChannel,
    PaymentNotFound,
    Report,
    Standing,
    TooManyAttempts,
    next_check,
)
from mall.payments.reports import service as reports

# Who asks again sooner than this gets what is known.
_ASKED_SECONDS = 2
_AT_ONCE = 8
_BATCH = 200


def mine(user_id: str, intent_id: str) -> tuple[Intent, list[Attempt]]:
    """Somebody's own intent with its attempts. Raises PaymentNotFound, also when it is another's."""
    if not _is_own(user_id, intent_id):
        raise PaymentNotFound
    with sql.session(key=user_id) as session:
        intent = store.intent(session, intent_id)
        if intent.user_id != user_id:
            raise PaymentNotFound
        return intent, store.attempts_of(session, intent_id)


def start(user_id: str, intent_id: str, *, channel: str, method: str, return_path: str, source_ip: str) -> Attempt:
    """Begin to pay one's intent through a channel; the attempt's action says how to go on.

    Raises PaymentNotFound, NoSuchChannel, MethodNotOffered, IntentClosed, AlreadyPaid, TooManyAttempts, ChannelRefused
    or ChannelUnavailable.
    """
    if not _is_own(user_id, intent_id):
        raise PaymentNotFound
    intent, attempt = _begin(user_id, intent_id, channels.offer(channel), method)
    way = channels.of(channel)
    charge = Charge(
        attempt_id=attempt.id,
        amount=attempt.amount,
        subject=intent.subject,
        method=method,
        expires_at=attempt.expires_at,
        notify_url=addresses.notify(channel),
        return_url=addresses.back(return_path, intent.id),
        source_ip=source_ip,
    )
    try:
        started = way.start(charge)
    except ChannelRefused as refusal:
        reports.heard(attempt, Report(attempt.id, Standing.FAILED, reason=str(refusal)))
        raise
    now = clock.now()
    with sql.session(key=attempt.id) as session:
        after = replace(attempt, state=AttemptState.PENDING, action=started.action, trade_no=started.trade_no)
        changes = {"state": after.state, "action": dict(after.action), "trade_no": after.trade_no}
        moved = store.move_attempt(session, attempt.id, [AttemptState.CREATED], at=now, **changes)
        if not moved:
            after = store.attempt(session, attempt.id)
    if not moved and after.state is AttemptState.CLOSED:
        # The intent was closed while the channel made the payment, which nobody must pay any more.
        service.close_attempt(after)
        raise IntentClosed(reason=service.get_intent(intent_id).reason)
    logger.info("payment begun", intent_id=intent.id, attempt_id=attempt.id, channel=channel, method=method)
    return after


def check(user_id: str, intent_id: str) -> tuple[Intent, list[Attempt]]:
    """Ask the channels about the open attempts of one's intent, unless that was done a moment ago.

    Raises PaymentNotFound; a channel that does not answer changes nothing.
    """
    _, attempts = mine(user_id, intent_id)
    now = clock.now()
    recently = now - timedelta(seconds=_ASKED_SECONDS)
    for attempt in attempts:
        if attempt.open and attempt.next_check_at and not (attempt.checked_at and attempt.checked_at > recently):
            _ask_once(attempt)
    return mine(user_id, intent_id)


def sweep(go_on: Callable[[], bool]) -> dict[str, int]:
    """Ask for every attempt that is due, close what ran out; how many were asked for, heard of and closed."""
    now = clock.now()
    asked = heard = 0
    due = store.due(now, limit=_BATCH)
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="channels") as workers:
        for start_of in range(0, len(due), _AT_ONCE):
            if not go_on():
                break
            ours = [attempt for attempt in due[start_of : start_of + _AT_ONCE] if _claim(attempt)]
            # The network in several threads, the databases in this one.
            for attempt, report in zip(ours, workers.map(_ask, ours), strict=True):
                asked += 1
                heard += report is not None and _conclude(attempt, report)
    closed = 0
    for intent in store.expired(now, limit=_BATCH):
        if not go_on():
            break
        closed += _close_expired(intent)
    return {"asked": asked, "heard": heard, "closed": closed}


def _begin(user_id: str, intent_id: str, offer: channels.Offer, method: str) -> tuple[Intent, Attempt]:
    now = clock.now()

    def act(session: sql.Session) -> tuple[Intent, Attempt]:
        intent = store.intent(session, intent_id, lock=True)
        if intent.user_id != user_id:
            raise PaymentNotFound
        intent.payable(now)
        offer.check(method, intent.amount.currency)
        if len(store.attempts_of(session, intent_id)) >= MOST_ATTEMPTS:
            raise TooManyAttempts
        attempt = Attempt(
            id=ids.new("pat", slot=ids.slot_of(intent_id), at=now),
            user_id=user_id,
            intent_id=intent_id,
            channel=offer.name,
            method=method,
            amount=intent.amount,
            state=AttemptState.CREATED,
            action={},
            trade_no="",
            unwanted="",
            reason="",
            expires_at=intent.expires_at,
            paid_at=None,
            next_check_at=next_check(0, now, intent.expires_at),
            checks=0,
            checked_at=None,
            created_at=now,
        )
        store.add_attempt(session, attempt)
        return intent, attempt

    return sql.retrying(act, key=intent_id)


def _ask_once(attempt: Attempt) -> None:
    if _claim(attempt):
        report = _ask(attempt)
        if report is not None:
            _conclude(attempt, report)


def _claim(attempt: Attempt) -> bool:
    now = clock.now()
    again = next_check(attempt.checks + 1, now, attempt.expires_at)
    return store.claim(attempt, at=now, next_check_at=again)


def _ask(attempt: Attempt) -> Report | None:
    """What the channel says of an attempt; None when it says nothing."""
    try:
        way = channels.of(attempt.channel)
        report = way.query(attempt)
        if report.standing is Standing.PENDING and clock.now() >= attempt.expires_at:
            report = way.close(attempt)
        return report
    except (errors.Unavailable, NoSuchChannel) as problem:
        logger.warning("channel not heard", attempt_id=attempt.id, channel=attempt.channel, reason=problem.code)
        return None


def _conclude(attempt: Attempt, report: Report) -> bool:
    """Take in what a channel answered; whether the attempt has an end now."""
    now = clock.now()
    over = now >= attempt.expires_at
    if report.standing is Standing.PENDING or (report.standing is Standing.ABSENT and not over):
        return False
    if report.standing is Standing.ABSENT:
        # Its time is over and there is nothing to pay any more: now that is an end.
        report = replace(report, standing=Standing.CLOSED, reason="expired")
    reports.heard(attempt, report)
    with sql.session(key=attempt.id) as session:
        ended = [AttemptState.CLOSED, AttemptState.FAILED]
        store.move_attempt(session, attempt.id, ended, at=now, next_check_at=None)
    return True


def _close_expired(intent: Intent) -> bool:
    try:
        return service.close_intent(intent.id, "expired").state is IntentState.CLOSED
    except errors.Unavailable:
        return False


def _is_own(user_id: str, intent_id: str) -> bool:
    """Whether the id could be that of an intent of this person: the two ids carry the same slot."""
    try:
        return ids.slot_of(intent_id) == ids.slot_of(user_id)
    except ids.MalformedId:
        return False
