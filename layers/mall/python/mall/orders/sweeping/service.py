"""Acting on deadlines that are due."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from mall import clock, errors, events, sql
from mall.inventory import service as inventory
from mall.observability import count, logger
from mall.orders import rules, store
from mall.orders.cancelling import service as cancelling
from mall.orders.deadlines import store as deadlines
from mall.orders.model import SYSTEM, Deadline, Kind, Order, OrderNotFound, Refused, Stage, Status
from mall.orders.paying import service as paying
from mall.orders.placing import service as placing
from mall.orders.shipping import service as shipping

BATCH = 25
# Nothing is due of an order any more that is there.
_OVER = {status.value for status in Status if not rules.NEXT[status]}


def sweep(shard: int, *, go_on: Callable[[], bool] = lambda: True) -> int:
    """Act on what is due on `shard`, as long as `go_on` says, and return how many deadlines that were."""
    done = 0
    while go_on():
        claimed = deadlines.claim(shard, clock.now(), BATCH)
        for deadline in claimed:
            _act(deadline)
        done += len(claimed)
        if len(claimed) < BATCH:
            break
    return done


def _act(deadline: Deadline) -> None:
    facts: dict[str, Any] = {
        "subject": deadline.subject,
        "kind": deadline.kind.value,
        "due_at": deadline.due_at.isoformat(),
    }
    try:
        _ACTS[deadline.kind](deadline)
    except Refused as refusal:
        logger.info("deadline not acted on", **facts, reason=str(refusal.details.get("reason")))
        if refusal.details.get("status") in _OVER:
            _meet(deadline)
    except errors.MallError as refusal:
        logger.warning("deadline comes again", **facts, reason=refusal.code)
        count("DeadlinesPostponed")
    except Exception:
        logger.exception("deadline failed", **facts)
        count("DeadlinesFailed")
    else:
        logger.info("deadline acted on", **facts)


def _pay(deadline: Deadline) -> None:
    """A trade that is not paid: have its saga started, wait on, or cancel it."""
    now = clock.now()
    with sql.session(key=deadline.user_id) as session:
        trade = store.trade(session, deadline.user_id, deadline.subject)
        orders = store.orders_of(session, deadline.user_id, trade.id)
        held = deadlines.current(session, trade.id, Kind.PAY)
        if held is None or held.version != deadline.version:
            return
        if not trade.unpaid:
            deadlines.meet(session, [trade.id], [Kind.PAY], now)
            return
        if trade.stage is Stage.AWAITING_PAYMENT and now < deadline.due_at:
            deadlines.look_again(session, deadline, deadline.due_at)
            return
    if now >= deadline.due_at:
        paying.cancel(trade.user_id, trade.id, by=SYSTEM, reason="expired")
    elif now >= trade.created_at + rules.GIVE_UP_PLACING:
        paying.cancel(trade.user_id, trade.id, by=SYSTEM, reason="not_placed")
    elif placing.start(trade, orders):
        logger.warning("saga started by the sweep", trade_id=trade.id)


def _agree(deadline: Deadline) -> None:
    """Nobody answered a buyer who wants to cancel: silence is consent."""
    if _holds(deadline):
        cancelling.agree(deadline.user_id, deadline.subject, by=SYSTEM)


def _of_order(act: Callable[[sql.Session, Order, datetime], None]) -> Callable[[Deadline], None]:
    def handle(deadline: Deadline) -> None:
        def change(session: sql.Session, order: Order, now: datetime) -> Order:
            held = deadlines.current(session, order.id, deadline.kind)
            if held is not None and held.version == deadline.version and held.due_at <= now:
                act(session, order, now)
            return order

        shipping.changed(deadline.user_id, deadline.subject, change)

    return handle


def _meet(deadline: Deadline) -> None:
    with sql.session(key=deadline.user_id) as session:
        deadlines.meet(session, [deadline.subject], [deadline.kind], clock.now())


def _holds(deadline: Deadline) -> bool:
    with sql.session(key=deadline.user_id) as session:
        held = deadlines.current(session, deadline.subject, deadline.kind)
    return held is not None and held.version == deadline.version


_ACTS: Mapping[Kind, Callable[[Deadline], None]] = {
    Kind.PAY: _pay,
    Kind.AGREE: _agree,
    Kind.SHIP: _of_order(shipping.overdue),
    Kind.RECEIPT: _of_order(shipping.received_by_time),
    Kind.AFTERSALE: _of_order(shipping.close),
}


def reservation_overdue(event: events.Event) -> None:
    """Answer `inventory.ReservationOverdue`: the stock is sold, given back, or held on."""
    user_id, order_id = str(event.data["user_id"]), str(event.data["order_id"])
    try:
        with sql.session(key=user_id) as session:
            order = store.order(session, user_id, order_id)
            trade = store.trade(session, user_id, order.trade_id)
    except OrderNotFound:
        inventory.release(order_id, "no such order")
        return
    if order.status is Status.CANCELLED:
        inventory.release(order_id, order.reason or "cancelled")
    elif order.status is not Status.PENDING_PAYMENT:
        inventory.commit(order_id)
    elif clock.now() < trade.pay_deadline:
        inventory.extend(order_id, trade.pay_deadline + rules.HOLD_GRACE)
    elif paying.cancel(user_id, trade.id, by=SYSTEM, reason="expired") is Stage.PAID:
        inventory.commit(order_id)
    else:
        inventory.release(order_id, "expired")


def account_closed(event: events.Event) -> None:
    """Take in `users.AccountClosed`: what was not paid for is cancelled; what was paid for is still sent."""
    with sql.session(key=event.aggregate) as session:
        unpaid = store.unpaid(session, event.aggregate)
    for trade_id in unpaid:
        paying.cancel(event.aggregate, trade_id, by=SYSTEM, reason="account_closed")


def lag(shard: int) -> float:
    """For how many seconds the most overdue deadline of `shard` has been waiting."""
    return deadlines.oldest(shard).total_seconds()
