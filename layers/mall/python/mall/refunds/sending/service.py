"""One try at a time: claim a part, ask its channel, write down what came of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from mall import clock, errors, events, ids, sql
from mall.ledger import service as ledger
from mall.ledger.model import Posting
from mall.observability import count, logger
from mall.payments import service as payments
from mall.payments.model import RefundOutcome
from mall.refunds import model, store
from mall.refunds.model import Part, Refund, RefundNotFound, State
from mall.refunds.service import news

AT_ONCE = 100
"""How many refunds one sweep looks at."""

LEFT_FOR_LAST = timedelta(seconds=25)
"""A sweep begins nothing new when it has less time than a try may take."""


def send(refund_id: str) -> None:
    """Try what of a refund is to be tried now, and then what waited for it. What is through, or not due, stays."""
    done: set[str] = set()
    waiting: str | None = refund_id
    while waiting is not None and waiting not in done:
        done.add(waiting)
        tried = _try_parts(waiting)
        waiting = next((after for part in tried if (after := store.waiting_for(part.attempt_id))), None)


def sweep(go_on: Callable[[timedelta], bool]) -> int:
    """Try every part that is due, as long as there is time; says how many refunds that were."""
    found = 0
    for refund_id in store.due(clock.now(), limit=AT_ONCE):
        if not go_on(LEFT_FOR_LAST):
            break
        try:
            send(refund_id)
        except Exception:
            # One bad refund must not keep the others; its tries are counted, so it gets to people.
            logger.exception("refund not sent", refund_id=refund_id)
        found += 1
    count("RefundsStuck", store.count_stuck(model.STUCK_AFTER))
    return found


def retry(refund_id: str, *, by: str) -> Refund:
    """Try a refund that is not through now, whatever the ladder says. Raises RefundNotFound, NotStuck."""

    def act(session: sql.Session) -> None:
        refund = _known(store.find(session, refund_id, lock=True))
        if refund.state is State.SUCCESS:
            raise model.NotStuck
        for part in refund.parts:
            if part.state is not State.SUCCESS:
                store.change_part(session, replace(part, next_try_at=clock.now()))

    _check_id(refund_id)
    sql.retrying(act, key=refund_id)
    logger.info("refund tried again", refund_id=refund_id, by=by)
    send(refund_id)
    return find(refund_id)


def find(refund_id: str) -> Refund:
    """One refund, whoever's it is. Raises RefundNotFound."""
    _check_id(refund_id)
    with sql.session(key=refund_id) as session:
        return _known(store.find(session, refund_id))


def stuck(state: State | None, *, limit: int, after: str | None) -> tuple[list[Refund], str | None]:
    """Refunds that are not through, the oldest first, and the cursor of what comes after them."""
    found = store.open_ones(state, limit=limit + 1, after=after)
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def _check_id(refund_id: str) -> None:
    """Raise RefundNotFound for what is no id of a refund."""
    try:
        ids.slot_of(refund_id)
    except ids.MalformedId:
        raise RefundNotFound from None


def _known(found: Refund | None) -> Refund:
    if found is None:
        raise RefundNotFound
    return found


def _try_parts(refund_id: str) -> list[Part]:
    claimed = sql.retrying(partial(_claim, refund_id=refund_id, now=clock.now()), key=refund_id)
    for part in claimed:
        sql.retrying(partial(_settle, part=part, outcome=_ask(part)), key=refund_id)
    return claimed


def _claim(session: sql.Session, refund_id: str, now: datetime) -> list[Part]:
    """The parts that are to be sent now, which nobody else sends meanwhile; none of a refund that is not here."""
    refund = store.find(session, refund_id, lock=True)
    if refund is None:
        logger.warning("no such refund to send", refund_id=refund_id)
        return []
    claimed = []
    for part in refund.parts:
        if part.next_try_at is None or part.next_try_at > now:
            continue
        if not store.is_free(session, part):
            store.change_part(session, replace(part, next_try_at=now + model.IN_FLIGHT))
            continue
        tried = replace(
            part,
            state=State.REFUNDING,
            tries=part.tries + 1,
            next_try_at=model.next_try(part.tries + 1, now),
        )
        store.change_part(session, tried)
        claimed.append(tried)
    _stand(session, refund, claimed, at=now)
    return claimed


def _ask(part: Part) -> RefundOutcome | None:
    """What the channel says of a part; None when nobody knows, so that it has to be asked again."""
    try:
        if part.accepted:
            return payments.query_refund(part.attempt_id, part.id)
        return payments.send_refund(part.attempt_id, part.id, part.amount, "refund")
    except errors.Unavailable as refusal:
        logger.warning("refund without answer", refund_id=part.refund_id, channel=part.channel, reason=refusal.code)
        return None
    except errors.MallError as refusal:
        return RefundOutcome(RefundOutcome.FAILED, refusal.code)


def _settle(session: sql.Session, part: Part, outcome: RefundOutcome | None) -> None:
    """Write down what came of a try. What is through stays so, whatever is heard later."""
    now = clock.now()
    refund = _known(store.find(session, part.refund_id, lock=True))
    part = next(one for one in refund.parts if one.id == part.id)
    if part.state is State.SUCCESS or outcome is None:
        return
    if outcome.state == RefundOutcome.PENDING:
        store.change_part(session, replace(part, accepted=True))
        return
    if outcome.state == RefundOutcome.SUCCESS:
        through = replace(part, state=State.SUCCESS, next_try_at=None, problem="")
        store.change_part(session, through)
        _arrived(session, refund, through)
    else:
        through = replace(part, state=State.FAILED, accepted=False, problem=outcome.reason or "refused")
        store.change_part(session, through)
        if not part.problem:
            events.record(session, news("RefundFailed", refund, reason=through.problem))
        logger.warning("refund failed", refund_id=refund.id, channel=part.channel, tries=part.tries)
    _stand(session, refund, [through], at=now)


def _arrived(session: sql.Session, refund: Refund, part: Part) -> None:
    """The books of money that left the channel, and what the payment says of it."""
    ledger.post(
        session,
        user_id=refund.user_id,
        key=f"{part.id}:sent",
        kind="refund_succeeded",
        reference=refund.order_id or refund.trade_id or refund.id,
        postings=[
            Posting(model.transit_account(part.channel), part.amount),
            Posting(f"channel:{part.channel}:clearing", -part.amount),
        ],
    )
    if refund.order_id:
        payments.refunded(session, intent_id=part.source, amount=part.amount)
    logger.info("refund succeeded", refund_id=refund.id, channel=part.channel, tries=part.tries)


def _stand(session: sql.Session, refund: Refund, changed: list[Part], *, at: datetime) -> None:
    """Let a refund stand as its parts do, of which some have changed."""
    latest = {part.id: part for part in (*refund.parts, *changed)}
    after = refund.with_parts(list(latest.values()), at=at)
    if after.state is refund.state:
        return
    store.finish(session, refund, after.state, at=at)
    if after.state is State.SUCCESS:
        events.record(session, news("RefundSucceeded", refund))
