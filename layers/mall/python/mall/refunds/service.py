"""Requesting refunds, and asking what became of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from mall import clock, events, ids, sql
from mall.ledger import service as ledger
from mall.ledger.model import Posting
from mall.ledger.proof import service as proof
from mall.ledger.proof.model import Difference
from mall.money import Money
from mall.observability import logger
from mall.payments import service as payments
from mall.payments.model import PaymentNotFound
from mall.refunds import model, store
from mall.refunds.model import Part, Refund, RefundLine, RefundNotFound, Source, State
from mall.wallet import service as wallets
from mall.wallet.model import EntryKind, wallet_account

UNWANTED = "refunds.on_payment_unwanted"


def request(
    session: sql.Session,
    *,
    user_id: str,
    trade_id: str,
    order_id: str,
    merchant_id: str,
    key: str,
    amount: Money,
    lines: Sequence[RefundLine],
    freight: Money,
    sources: Sequence[Source],
    reason: str,
    by: str,
) -> Refund:
    """Ask back `amount` (the lines' and the freight's) of an order, in the caller's transaction.

    `sources` are all that its trade was paid from, with what each paid for the trade. The wallet's part is credited at
    once, a channel's is sent after the commit. The same request again is the same refund. Raises RefundTooMuch,
    RefundOtherwise, RefundSourceDiffers, NothingCaptured, or errors.Invalid for what does not add up.
    """
    model.check(amount, lines, freight)
    given_back = store.lock_sources(session, user_id, sources)
    now = clock.now()
    id = ids.new("rfd", slot=ids.slot_of(user_id), at=now)
    wanted = Refund(
        id=id,
        user_id=user_id,
        trade_id=trade_id,
        order_id=order_id,
        merchant_id=merchant_id,
        key=key,
        amount=amount,
        freight=freight,
        lines=tuple(lines),
        parts=(),
        reason=reason,
        by=by,
        state=State.REQUESTED,
        created_at=now,
    )
    before = store.with_key(session, user_id, key)
    if before is not None:
        if not before.same(wanted):
            raise model.RefundOtherwise(key=key)
        return before
    model.check_lines(lines, model.added(_lines(store.of_order(session, user_id, order_id))))
    shares = model.divide(amount, sources, given_back)
    made = wanted.with_parts(_parts(session, wanted, shares), at=now)
    _book(session, made)
    return made


def unwanted(event: events.Event) -> None:
    """Take in `payments.PaymentUnwanted`: money that nobody can use goes back, once."""
    user_id = event.data["user_id"]

    def act(session: sql.Session) -> None:
        if events.inbox_row(session, UNWANTED, event, key=user_id):
            _send_back(session, event.data)

    sql.retrying(act, key=user_id)


def get(user_id: str, refund_id: str) -> Refund:
    """One refund of somebody's own. Raises RefundNotFound."""
    try:
        mine = ids.slot_of(refund_id) == ids.slot_of(user_id)
    except ids.MalformedId:
        mine = False
    if not mine:
        raise RefundNotFound
    with sql.session(key=user_id) as session:
        found = store.find(session, refund_id)
    if found is None or found.user_id != user_id:
        raise RefundNotFound
    return found


def of_order(user_id: str, order_id: str) -> list[Refund]:
    """The refunds of one of somebody's orders, the oldest first; none of what is another's."""
    with sql.session(key=user_id) as session:
        return store.of_order(session, user_id, order_id)


def of_lines(session: sql.Session, user_id: str, order_id: str) -> dict[str, RefundLine]:
    """What was asked back so far of each line of an order, in the caller's transaction."""
    return model.added(_lines(store.of_order(session, user_id, order_id)))


def news(name: str, refund: Refund, **more: str) -> events.Event:
    """What everybody is told of a refund."""
    facts = {
        "refund_id": refund.id,
        "trade_id": refund.trade_id,
        "order_id": refund.order_id,
        "user_id": refund.user_id,
        "amount": refund.amount.cents,
        "currency": refund.amount.currency,
    }
    return events.Event.of(f"refunds.{name}", aggregate=refund.id, data={**facts, **more})


def prove(session: sql.Session, slots: tuple[int, ...]) -> list[Difference]:
    """Where refunds that are not through, what their sources note, and the ledger say different things."""
    accounts = proof.of_accounts(session, slots, "refund:")
    found = [
        Difference("a source notes what was asked back of it", reference, str(parts), str(noted))
        for reference, noted, parts in store.not_asked_back(session, slots)
    ]
    for (channel, currency), amount in store.on_the_way(session, slots).items():
        booked = -accounts.pop((model.transit_account(channel), currency), 0)
        if booked != amount:
            found.append(Difference("what is in transit is on its way", channel, str(amount), str(booked)))
    found += [
        Difference("what is in transit is on its way", name, "0", str(cents))
        for (name, _), cents in accounts.items()
        if cents
    ]
    return found


def _lines(refunds: Sequence[Refund]) -> list[RefundLine]:
    return [line for refund in refunds for line in refund.lines]


def _parts(session: sql.Session, refund: Refund, shares: Sequence[tuple[Source, Money]]) -> list[Part]:
    return [
        _from_wallet(refund, source, amount, number)
        if source.kind == "wallet"
        else _from_channel(session, refund, source, amount, number)
        for number, (source, amount) in enumerate(shares)
    ]


def _from_wallet(refund: Refund, source: Source, amount: Money, number: int) -> Part:
    return Part(
        _number(refund, number), refund.id, refund.user_id, "wallet", source.reference, "", "", amount, State.SUCCESS
    )


def _from_channel(session: sql.Session, refund: Refund, source: Source, amount: Money, number: int) -> Part:
    attempt = next((one for one in payments.captured_in(session, source.reference) if not one.unwanted), None)
    if attempt is None:
        raise model.NothingCaptured(intent_id=source.reference)
    return Part(
        id=_number(refund, number),
        refund_id=refund.id,
        user_id=refund.user_id,
        kind="channel",
        source=source.reference,
        attempt_id=attempt.id,
        channel=attempt.channel,
        amount=amount,
        state=State.REQUESTED,
        next_try_at=refund.created_at,
    )


def _number(refund: Refund, number: int) -> str:
    """The number of a part: the refund's own for the first one, which mostly is the only one."""
    return refund.id if not number else ids.new("rfd", slot=ids.slot_of(refund.id), at=refund.created_at)


def _book(session: sql.Session, refund: Refund) -> None:
    """Store a new refund, with the books, the wallet and the news of it."""
    store.take_back(session, refund.user_id, refund.parts)
    store.add(session, refund)
    pending, marketing = f"merchant:{refund.merchant_id}:pending", refund.platform_part
    postings = [Posting(pending, refund.amount + marketing), Posting("platform:marketing", -marketing)]
    for part in refund.parts:
        if part.kind == "channel":
            postings.append(Posting(model.transit_account(part.channel), -part.amount))
            continue
        wallets.credit(
            session,
            user_id=refund.user_id,
            amount=part.amount,
            key=part.id,
            kind=EntryKind.REFUND,
            reference=refund.order_id,
        )
        postings.append(Posting(wallet_account(refund.user_id), -part.amount))
    _post(session, refund, postings)
    _tell(session, refund)


def _send_back(session: sql.Session, facts: Mapping[str, Any]) -> None:
    """Ask back what came in through an attempt, all of it, unless that was done."""
    user_id, attempt_id, channel = facts["user_id"], facts["attempt_id"], facts["channel"]
    amount, now = Money(facts["amount"], facts["currency"]), clock.now()
    source = Source("channel", attempt_id, amount)
    if store.lock_sources(session, user_id, [source])[source]:
        return
    id = ids.new("rfd", slot=ids.slot_of(user_id), at=now)
    part = Part(
        id=id,
        refund_id=id,
        user_id=user_id,
        kind="channel",
        source=attempt_id,
        attempt_id=attempt_id,
        channel=channel,
        amount=amount,
        state=State.REQUESTED,
        next_try_at=now,
    )
    refund = Refund(
        id=id,
        user_id=user_id,
        trade_id=_trade_of(session, facts["intent_id"]),
        order_id="",
        merchant_id="",
        key=f"{attempt_id}:unwanted",
        amount=amount,
        freight=Money(0, amount.currency),
        lines=(),
        parts=(part,),
        reason=facts["why"],
        by="payments",
        state=State.REQUESTED,
        created_at=now,
    )
    store.take_back(session, user_id, refund.parts)
    store.add(session, refund)
    came_in = Posting(f"intent:{facts['intent_id']}", amount)
    _post(session, refund, [came_in, Posting(model.transit_account(channel), -amount)])
    _tell(session, refund)


def _trade_of(session: sql.Session, intent_id: str) -> str:
    """The trade that an intent is for; nothing for a top-up."""
    try:
        intent = payments.intent_of(session, intent_id)
    except PaymentNotFound:
        logger.warning("unwanted money of a payment that is not here", intent_id=intent_id)
        return ""
    return intent.reference if intent.purpose == "trade" else ""


def _post(session: sql.Session, refund: Refund, postings: Sequence[Posting]) -> None:
    if any(posting.amount for posting in postings):
        ledger.post(
            session,
            user_id=refund.user_id,
            key=f"{refund.id}:requested",
            kind="refund_requested",
            reference=refund.order_id or refund.trade_id or refund.id,
            postings=postings,
        )


def _tell(session: sql.Session, refund: Refund) -> None:
    events.record(session, news("RefundRequested", refund))
    if refund.state is State.SUCCESS:
        events.record(session, news("RefundSucceeded", refund))
    logger.info("refund requested", refund_id=refund.id, order_id=refund.order_id, amount=refund.amount.cents)
