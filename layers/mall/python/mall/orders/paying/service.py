"""Opening a trade's payment, and how it ends: paid, or cancelled. Each may be repeated and meet the others halfway."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from mall import clock, errors, events, sql
from mall.inventory import service as inventory
from mall.inventory.model import NotReserved
from mall.ledger import service as ledger
from mall.ledger.model import Posting
from mall.observability import logger
from mall.orders import benefits, rules, store
from mall.orders.deadlines import store as deadlines
from mall.orders.life import service as life
from mall.orders.model import SYSTEM, Actor, Changed, Kind, Order, PayStatus, Side, Stage, Trade, TradeCancelled
from mall.orders.rules import Act
from mall.orders.workflow import store as workflow
from mall.payments import service as payments
from mall.payments.model import IntentState
from mall.wallet import service as wallet

PURPOSE = "trade"
# Why a payment was closed that is opened anew with another amount.
REPRICED = "price_changed"
_NOT_PAID = {IntentState.WAITING, IntentState.CLOSED}
# Somebody opens the payment while somebody else cancels: whoever looked too early looks again.
_LOOKS = 5


class NotPaidYet(errors.Conflict):
    message = "This trade is not paid yet."


def open_payment(user_id: str, trade_id: str, lines: Sequence[Mapping[str, Any]], token: str) -> None:
    """Set the wallet's part aside and ask for the rest; the trade's stock is held. A repetition only keeps its `token`.

    `lines` are those of the trade (sku_id, quantity), for the news. The saga that waits with `token` is woken when the
    payment ends: at once, where nothing is due or it is paid already. Raises TradeCancelled, or the wallet's refusals.
    """

    def act(session: sql.Session) -> Trade:
        now = clock.now()
        trade = store.trade(session, user_id, trade_id, lock=True)
        if trade.stage is Stage.CANCELLED:
            raise TradeCancelled(trade.reason)
        if trade.stage is Stage.AWAITING_PAYMENT:
            return store.update_trade(session, trade, now, token=token)
        if trade.stage is Stage.PLACING:
            if now >= trade.pay_deadline:
                raise TradeCancelled("expired")
            return _open(session, trade, lines, token, now)
        return trade

    trade = sql.retrying(act, key=user_id)
    if trade.stage is Stage.PAID or not trade.due:
        workflow.go_on(token, trade.stage)


def _open(session: sql.Session, trade: Trade, lines: Sequence[Mapping[str, Any]], token: str, now: datetime) -> Trade:
    intent_id = None
    if trade.wallet_amount:
        wallet.hold(session, user_id=trade.user_id, trade_id=trade.id, amount=trade.wallet_amount)
    if trade.due:
        intent = payments.open_intent(
            session,
            user_id=trade.user_id,
            purpose=PURPOSE,
            reference=trade.id,
            amount=trade.due,
            subject=trade.id,
            expires_at=trade.pay_deadline,
        )
        intent_id = intent.id
    data = {
        "trade_id": trade.id,
        "user_id": trade.user_id,
        "source": trade.source,
        "lines": [{"sku_id": line["sku_id"], "quantity": line["quantity"]} for line in lines],
    }
    events.record(session, events.Event.of("orders.TradeOpened", aggregate=trade.id, data=data))
    return store.update_trade(session, trade, now, stage=Stage.AWAITING_PAYMENT, intent_id=intent_id, token=token)


def hold_benefits(user_id: str, trade_id: str) -> None:
    """Set aside what the trade spends besides money. Raises TradeCancelled, or a benefit's own refusal."""

    def act(session: sql.Session) -> None:
        trade = store.trade(session, user_id, trade_id, lock=True)
        if trade.stage is Stage.CANCELLED:
            raise TradeCancelled(trade.reason)
        if trade.stage is Stage.PLACING:
            benefits.hold(session, trade)

    sql.retrying(act, key=user_id)


def release_benefits(user_id: str, trade_id: str) -> None:
    """Give back what the trade set aside besides money; of a trade that is paid, nothing comes back."""

    def act(session: sql.Session) -> None:
        trade = store.trade(session, user_id, trade_id, lock=True)
        if trade.stage is not Stage.PAID:
            benefits.release(session, trade)

    sql.retrying(act, key=user_id)


def confirm(user_id: str, trade_id: str, *, wake: bool = True) -> Stage:
    """Make a trade that is paid for a paid one, in one transaction; a repetition changes nothing.

    `wake` lets its saga, which may be waiting for the payment, go on; the saga itself does not have to be woken.
    Returns the stage it ends in: PAID, or CANCELLED where somebody was quicker. Raises NotPaidYet.
    """

    def act(session: sql.Session) -> Trade:
        now = clock.now()
        trade = store.trade(session, user_id, trade_id, lock=True)
        if not trade.unpaid:
            return trade
        if trade.stage is Stage.PLACING or (trade.due and not _money_is_in(session, trade)):
            raise NotPaidYet
        return _pay(session, trade, now)

    trade = sql.retrying(act, key=user_id)
    if trade.stage is Stage.PAID:
        logger.info("trade paid", trade_id=trade.id, total=trade.total.cents)
    if wake and trade.token:
        _wake(trade, trade.token)
    return trade.stage


def _money_is_in(session: sql.Session, trade: Trade) -> bool:
    assert trade.intent_id is not None
    intent = payments.intent_of(session, trade.intent_id)
    if intent.state in _NOT_PAID:
        return False
    assert intent.amount == trade.due, f"{trade.id} is not paid with what is due"
    return True


def _pay(session: sql.Session, trade: Trade, now: datetime) -> Trade:
    orders = store.orders_of(session, trade.user_id, trade.id)
    if trade.wallet_amount:
        wallet.capture(session, user_id=trade.user_id, trade_id=trade.id)
    benefits.capture(session, trade)
    for order in orders:
        _post(session, trade, order)
    deadlines.meet(session, [trade.id], [Kind.PAY], now)
    life.change(session, orders, Act.PAY, SYSTEM, at=now, pay_status=PayStatus.PAID, paid_at=now)
    deadlines.put(session, [(order.id, Kind.SHIP, rules.ship_by(order, now)) for order in orders], trade.user_id)
    return store.update_trade(session, trade, now, stage=Stage.PAID, paid_at=now)


def _post(session: sql.Session, trade: Trade, order: Order) -> None:
    """Put an order's payment into the books: what each side pays, and what the merchant will get."""
    earned = order.payable + order.platform_part
    if not earned:
        return
    given = {
        f"intent:{trade.intent_id}": order.payable - order.wallet_part,
        f"user:{order.user_id}:wallet_hold": order.wallet_part,
        "platform:marketing": order.platform_part,
        f"merchant:{order.merchant_id}:pending": -earned,
    }
    ledger.post(
        session,
        user_id=order.user_id,
        key=f"{order.id}:paid",
        kind="order_paid",
        reference=order.id,
        postings=[Posting(account, amount) for account, amount in given.items() if amount],
    )


def cancel(user_id: str, trade_id: str, *, by: Actor, reason: str) -> Stage:
    """Cancel a trade that is not paid, after its payment was closed at the channels; a repetition changes nothing.

    Returns the stage it ends in: CANCELLED, or PAID where the money was quicker. Raises payments' ChannelUnavailable
    when nobody knows whether it was: then it has to be tried again.
    """
    for _ in range(_LOOKS):
        with sql.session(key=user_id) as session:
            seen = store.trade(session, user_id, trade_id)
        if seen.unpaid and seen.intent_id is not None:
            intent = payments.close_intent(seen.intent_id, reason)
            if intent.state not in _NOT_PAID:
                return confirm(user_id, trade_id)
        ended = sql.retrying(partial(_cancel, seen=seen, by=by, reason=reason), key=user_id)
        if ended is not None:
            if ended.token:
                _wake(ended, ended.token)
            return ended.stage
    raise errors.Unavailable("The trade keeps changing. Try again.")


def _cancel(session: sql.Session, *, seen: Trade, by: Actor, reason: str) -> Trade | None:
    """Cancel what is as it was `seen`; None when its payment was opened meanwhile, which has to be closed first."""
    now = clock.now()
    trade = store.trade(session, seen.user_id, seen.id, lock=True)
    if not trade.unpaid:
        return trade
    if trade.intent_id != seen.intent_id:
        return None
    if trade.intent_id is not None and payments.intent_of(session, trade.intent_id).state is not IntentState.CLOSED:
        return None
    if trade.wallet_amount and trade.stage is Stage.AWAITING_PAYMENT:
        wallet.release(session, user_id=trade.user_id, trade_id=trade.id)
    benefits.release(session, trade)
    orders = store.orders_of(session, trade.user_id, trade.id)
    life.change(session, orders, Act.CANCEL, by, at=now, reason=reason, pay_status=PayStatus.CANCELLED)
    deadlines.meet(session, [trade.id], [Kind.PAY], now)
    logger.info("trade cancelled", trade_id=trade.id, reason=reason, by=by.side.value)
    return store.update_trade(session, trade, now, stage=Stage.CANCELLED, reason=reason)


def give_up(user_id: str, trade_id: str, error: Mapping[str, str] | None) -> Stage:
    """Cancel a trade whose saga failed with `error` (`Error`: its name); a trade that ended is left as it is."""
    name = str((error or {}).get("Error") or "")
    return cancel(user_id, trade_id, by=SYSTEM, reason="expired" if name in ("", "States.Timeout") else name)


def still_waiting(user_id: str, trade_id: str) -> tuple[Stage, int]:
    """Where a trade is whose timer went off, and for how many seconds more its payment may take; 0: no longer."""
    now = clock.now()
    with sql.session(key=user_id) as session:
        trade = store.trade(session, user_id, trade_id)
    return trade.stage, rules.seconds_until(trade.pay_deadline, now) if now < trade.pay_deadline else 0


def _wake(trade: Trade, token: str) -> None:
    if trade.stage is Stage.PAID:
        workflow.go_on(token, trade.stage)
    elif trade.stage is Stage.CANCELLED:
        workflow.cancelled(token, trade.reason or "")


def trade_of(reference: str) -> str:
    """The id of the trade that an intent of ours refers to; after a change of its price there is a number behind it."""
    return reference.partition(".")[0]


def payment_succeeded(event: events.Event) -> None:
    """Take in `payments.PaymentSucceeded`: the trade is paid, with or without its saga."""
    if event.data["purpose"] == PURPOSE:
        confirm(str(event.data["user_id"]), trade_of(str(event.data["reference"])))


def payment_closed(event: events.Event) -> None:
    """Take in `payments.PaymentClosed`: a trade whose present payment is closed cannot be paid any more."""
    if event.data["purpose"] != PURPOSE or event.data["reason"] == REPRICED:
        return
    user_id, trade_id = str(event.data["user_id"]), trade_of(str(event.data["reference"]))
    with sql.session(key=user_id) as session:
        trade = store.trade(session, user_id, trade_id)
    if trade.unpaid and trade.intent_id == event.data["intent_id"]:
        cancel(user_id, trade_id, by=SYSTEM, reason=str(event.data["reason"]) or "expired")


def postpone(user_id: str, trade_id: str) -> Trade:
    """Give a buyer longer to pay, once, if the stock can be held as long; a repetition is refused like a second time.

    The stock is held first: if the transaction fails then, it is held a little too long and given back as always.
    Raises TradeNotFound, Refused.
    """
    with sql.session(key=user_id) as session:
        trade = store.trade(session, user_id, trade_id)
        orders = store.orders_of(session, user_id, trade_id)
    _check_postponable(trade, orders)
    until = trade.pay_deadline + rules.PAY_POSTPONED
    try:
        for order in orders:
            inventory.extend(order.id, until + rules.HOLD_GRACE)
    except NotReserved:
        raise rules.refusal(Act.POSTPONE_PAY, "stock_not_held", trade_id=trade_id) from None

    def act(session: sql.Session) -> Trade:
        now = clock.now()
        locked = store.trade(session, user_id, trade_id, lock=True)
        held = store.orders_of(session, user_id, trade_id)
        _check_postponable(locked, held)
        if locked.pay_deadline != trade.pay_deadline:
            raise Changed(trade_id=trade_id)
        if locked.intent_id is not None:
            payments.extend_intent(session, intent_id=locked.intent_id, expires_at=until)
        life.change(session, held, Act.POSTPONE_PAY, Actor(Side.BUYER, user_id), at=now)
        deadlines.put(session, [(trade_id, Kind.PAY, until)], user_id)
        return store.update_trade(session, locked, now, pay_deadline=until, pay_postponed=locked.pay_postponed + 1)

    return sql.retrying(act, key=user_id)


def _check_postponable(trade: Trade, orders: Sequence[Order]) -> None:
    for order in orders:
        rules.rule_for(order, Act.POSTPONE_PAY, Side.BUYER)
    if reason := rules.not_postponable(trade, clock.now()):
        raise rules.refusal(Act.POSTPONE_PAY, reason, trade_id=trade.id)
