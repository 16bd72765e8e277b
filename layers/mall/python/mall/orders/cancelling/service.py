"""Cancelling orders that are paid, and what a refund's end means for them."""

from datetime import datetime

from mall import clock, events, sql
from mall.money import Money
from mall.observability import logger
from mall.orders import rules, store
from mall.orders.deadlines import store as deadlines
from mall.orders.life import service as life
from mall.orders.model import SYSTEM, Actor, Kind, Order, RefundStatus, Side, Status, Trade
from mall.orders.rules import Act
from mall.refunds import service as refunds
from mall.refunds.model import RefundLine, Source


def request(user_id: str, order_id: str, *, by: Actor, reason: str) -> Order:
    """Ask for an order that is paid to be cancelled, or cancel it at once where nobody has to agree.

    A repetition changes nothing. Raises OrderNotFound, Refused or NotYours.
    """

    def act(session: sql.Session) -> Order:
        now = clock.now()
        order = store.order(session, user_id, order_id, lock=True)
        if order.status is Status.CANCELLING and by.side is Side.BUYER:
            return order
        (order,) = life.change(
            session, [order], Act.CANCEL, by, at=now, to=Status.CANCELLING, note=reason, reason=reason
        )
        if by.side is not Side.BUYER or order.overdue or order.ship_postponed:
            return _agree(session, order, by if by.side is not Side.BUYER else SYSTEM, now)
        deadlines.put(session, [(order.id, Kind.AGREE, now + rules.LASTS[Kind.AGREE])], user_id)
        return order

    order = sql.retrying(act, key=user_id)
    logger.info("order to be cancelled", order_id=order_id, by=by.side.value, status=order.status.value)
    return order


def agree(user_id: str, order_id: str, *, by: Actor) -> Order:
    """Agree to a cancellation: its money goes back. Raises OrderNotFound, Refused or NotYours."""

    def act(session: sql.Session) -> Order:
        return _agree(session, store.order(session, user_id, order_id, lock=True), by, clock.now())

    return sql.retrying(act, key=user_id)


def refuse(user_id: str, order_id: str, *, by: Actor, reason: str) -> Order:
    """Refuse a cancellation: the order is to be shipped. Raises OrderNotFound, Refused or NotYours."""
    return _back(user_id, order_id, Act.REFUSE_CANCEL, by, reason)


def withdraw(user_id: str, order_id: str) -> Order:
    """Take one's request for a cancellation back. Raises OrderNotFound, Refused or NotYours."""
    return _back(user_id, order_id, Act.WITHDRAW_CANCEL, Actor(Side.BUYER, user_id), "")


def _back(user_id: str, order_id: str, act: Act, by: Actor, note: str) -> Order:
    def change(session: sql.Session) -> Order:
        now = clock.now()
        order = store.order(session, user_id, order_id, lock=True)
        (order,) = life.change(session, [order], act, by, at=now, note=note, reason=None)
        deadlines.meet(session, [order.id], [Kind.AGREE], now)
        waiting = deadlines.current(session, order.id, Kind.SHIP)
        if waiting is not None:
            # The sweep has looked in vain meanwhile, and would take its time now.
            deadlines.look_again(session, waiting, max(now, waiting.due_at))
        return order

    return sql.retrying(change, key=user_id)


def _agree(session: sql.Session, order: Order, by: Actor, now: datetime) -> Order:
    trade = store.trade(session, order.user_id, order.trade_id)
    rules.rule_for(order, Act.AGREE_CANCEL, by.side)
    if order.payable or order.platform_part:
        _refund(session, order, trade, by)
    deadlines.meet(session, [order.id], [Kind.AGREE, Kind.SHIP], now)
    (order,) = life.change(session, [order], Act.AGREE_CANCEL, by, at=now, refund_status=RefundStatus.REFUNDING)
    if order.payable:
        return order
    (order,) = life.change(session, [order], Act.FINISH_CANCEL, SYSTEM, at=now, refund_status=RefundStatus.REFUNDED)
    return order


def _refund(session: sql.Session, order: Order, trade: Trade, by: Actor) -> None:
    """Have everything that was paid for an order sent back, channels first, and the platform's part returned."""
    nothing = Money(0, order.currency)
    of_freight = sum((one.platform_part for one in order.freight_discounts), start=nothing)
    lines = []
    for position, line in enumerate(order.lines):
        lines.append(
            RefundLine(
                line_id=line.id,
                quantity=line.quantity,
                amount=line.payable,
                # What the platform put into the freight comes back with the first line.
                platform_part=line.platform_part + (of_freight if position == 0 else nothing),
                merchant_part=sum((one.merchant_part for one in line.discounts), start=nothing),
                bought=line.quantity,
                paid=line.payable,
            )
        )
    refunds.request(
        session,
        user_id=order.user_id,
        trade_id=order.trade_id,
        order_id=order.id,
        merchant_id=order.merchant_id,
        key=f"{order.id}:cancel",
        amount=order.payable,
        lines=lines,
        freight=order.freight,
        sources=sources(trade),
        reason=order.reason or "",
        by=str(by),
    )


def sources(trade: Trade) -> list[Source]:
    """From where a trade was paid, channels first."""
    found = []
    if trade.due and trade.intent_id is not None:
        found.append(Source("channel", trade.intent_id, trade.due))
    if trade.wallet_amount:
        found.append(Source("wallet", trade.id, trade.wallet_amount))
    return found


def refund_succeeded(event: events.Event) -> None:
    """Take in `refunds.RefundSucceeded`: what was to be cancelled is; of anything else, that money went back."""
    _refund_ended("orders.on_refund_succeeded", event, succeeded=True)


def refund_failed(event: events.Event) -> None:
    """Take in `refunds.RefundFailed`: the order shows it; `refunds` goes on trying."""
    _refund_ended("orders.on_refund_failed", event, succeeded=False)


def _refund_ended(consumer: str, event: events.Event, *, succeeded: bool) -> None:
    order_id, user_id = str(event.data.get("order_id") or ""), str(event.data["user_id"])
    if not order_id:
        return  # money that nobody could use, and no order of ours

    def act(session: sql.Session) -> None:
        if not events.inbox_row(session, consumer, event, key=user_id):
            return
        now = clock.now()
        order = store.order(session, user_id, order_id, lock=True)
        if not succeeded:
            if order.refund_status is RefundStatus.REFUNDING:
                life.change(session, [order], Act.NOTE_REFUND, SYSTEM, at=now, refund_status=RefundStatus.FAILED)
            return
        refunded = min(order.refunded + Money(event.data["amount"], event.data["currency"]), order.payable)
        whole = RefundStatus.REFUNDED if refunded == order.payable else RefundStatus.PARTIAL
        act = Act.NOTE_REFUND
        if order.status is Status.CANCELLING and whole is RefundStatus.REFUNDED:
            act = Act.FINISH_CANCEL
        life.change(session, [order], act, SYSTEM, at=now, refund_status=whole, refunded=refunded)

    sql.retrying(act, key=user_id)
