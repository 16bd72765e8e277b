"""What buyers do with their trades and orders. Whose they are comes from the caller alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from mall import clock, errors, sql
from mall.cart import service as carts
from mall.cart.model import Holder
from mall.orders import rules, store
from mall.orders.cancelling import service as cancelling
from mall.orders.deadlines import store as deadlines
from mall.orders.life import service as life
from mall.orders.model import Actor, Deadline, Order, OrderNotFound, Side, Stage, Status
from mall.orders.paying import service as paying
from mall.orders.rules import Act
from mall.orders.shipping import service as shipping
from mall.orders.showing import Picture, TradePicture, picture, trade_offers
from mall.quotes.model import Wish

# --- looking


def show_trade(user_id: str, trade_id: str) -> TradePicture:
    """One of somebody's trades with its orders. Raises TradeNotFound."""
    now = clock.now()
    with sql.session(key=user_id) as session:
        trade = store.trade(session, user_id, trade_id)
        orders = store.orders_of(session, user_id, trade_id)
        due = deadlines.of(session, user_id, [trade.id, *(order.id for order in orders)])
    pictures = [picture(order, trade, _due(order, due), len(orders), at=now) for order in orders]
    return TradePicture(trade, trade_offers(trade, due[trade.id], at=now), pictures)


def show_order(user_id: str, order_id: str) -> Picture:
    """One of somebody's orders with its history. Raises OrderNotFound."""
    with sql.session(key=user_id) as session:
        order = store.order(session, user_id, order_id)
        if order.hidden_at is not None:
            raise OrderNotFound
        trade = store.trade(session, user_id, order.trade_id)
        siblings = len(store.ids_of(session, user_id, trade.id))
        due = deadlines.of(session, user_id, [trade.id, order.id])
        history = store.history(session, user_id, order_id)
    shown = picture(order, trade, _due(order, due), siblings, at=clock.now())
    return replace(shown, history=history)


def list_orders(
    user_id: str, *, statuses: Sequence[Status], limit: int, after: str | None
) -> tuple[list[Picture], str | None]:
    """Somebody's orders, the newest first, and the cursor of the next page. Raises Invalid for a strange cursor."""
    if after is not None:
        store.check_own(user_id, after, NotACursor)
    with sql.session(key=user_id) as session:
        found = store.listed(session, user_id, statuses=statuses, limit=limit + 1, after=after)
        page = found[:limit]
        trades = store.trades(session, user_id, {order.trade_id for order in page})
        siblings = store.counts(session, user_id, trades)
        due = deadlines.of(session, user_id, [*trades, *(order.id for order in page)]) if page else {}
    pictures = [
        picture(
            order,
            trades[order.trade_id],
            _due(order, due),
            siblings[order.trade_id],
            at=clock.now(),
        )
        for order in page
    ]
    return pictures, page[-1].id if len(found) > limit else None


def _due(order: Order, due: Mapping[str, Sequence[Deadline]]) -> list[Deadline]:
    """The deadlines of an order, and that of its payment."""
    return [*due[order.id], *(due[order.trade_id] if order.status is Status.PENDING_PAYMENT else ())]


class NotACursor(errors.Invalid):
    message = "'after' is not a cursor of this list."


# --- acting


def cancel_trade(user_id: str, trade_id: str, reason: str) -> TradePicture:
    """Cancel a trade that is not paid; a repetition changes nothing. Raises TradeNotFound, Refused."""
    stage = paying.cancel(user_id, trade_id, by=_buyer(user_id), reason=reason or "cancelled")
    if stage is Stage.PAID:
        raise rules.refusal(Act.CANCEL, "not_shipped", trade_id=trade_id)
    return show_trade(user_id, trade_id)


def postpone_trade(user_id: str, trade_id: str) -> TradePicture:
    """Pay a trade later than it was to be paid, once. Raises TradeNotFound, Refused or Changed."""
    paying.postpone(user_id, trade_id)
    return show_trade(user_id, trade_id)


def cancel_order(user_id: str, order_id: str, reason: str) -> Picture:
    """Cancel an order: one that is not paid with its trade, one that is paid by asking its merchant.

    Raises OrderNotFound, Refused.
    """
    with sql.session(key=user_id) as session:
        order = store.order(session, user_id, order_id)
        siblings = store.ids_of(session, user_id, order.trade_id)
    if order.status is Status.PENDING_PAYMENT:
        if len(siblings) > 1:
            raise rules.refusal(Act.CANCEL, "part_of_trade", order, trade_id=order.trade_id)
        cancel_trade(user_id, order.trade_id, reason)
    elif order.status is not Status.CANCELLED:
        cancelling.request(user_id, order_id, by=_buyer(user_id), reason=reason or "cancelled")
    return show_order(user_id, order_id)


def withdraw_cancel(user_id: str, order_id: str) -> Picture:
    """Take a request to cancel back. Raises OrderNotFound, Refused."""
    cancelling.withdraw(user_id, order_id)
    return show_order(user_id, order_id)


def postpone_delivery(user_id: str, order_id: str, day: date) -> Picture:
    """Have an order delivered later. Raises OrderNotFound, Refused."""
    shipping.postpone_delivery(user_id, order_id, day)
    return show_order(user_id, order_id)


def postpone_receipt(user_id: str, order_id: str) -> Picture:
    """Have an order taken for received later. Raises OrderNotFound, Refused."""
    shipping.postpone_receipt(user_id, order_id)
    return show_order(user_id, order_id)


def confirm_receipt(user_id: str, order_id: str) -> Picture:
    """Say that an order has arrived; a repetition changes nothing. Raises OrderNotFound, Refused."""
    shipping.confirm_receipt(user_id, order_id, by=_buyer(user_id))
    return show_order(user_id, order_id)


def request_invoice(user_id: str, order_id: str, invoice: Mapping[str, Any]) -> Picture:
    """Ask for an invoice, once. Raises OrderNotFound, Refused."""

    def act(session: sql.Session, order: Order, now: datetime) -> Order:
        asked = {**invoice, "requested_at": now.isoformat()}
        (order,) = life.change(session, [order], Act.REQUEST_INVOICE, _buyer(user_id), at=now, invoice=asked)
        return order

    shipping.changed(user_id, order_id, act)
    return show_order(user_id, order_id)


def hide(user_id: str, order_id: str) -> None:
    """Take an order that is over out of its buyer's view; again, nothing happens. Raises OrderNotFound, Refused."""

    def act(session: sql.Session, order: Order, now: datetime) -> Order:
        if order.hidden_at is not None:
            return order
        (order,) = life.change(session, [order], Act.DELETE, _buyer(user_id), at=now, hidden_at=now)
        return order

    shipping.changed(user_id, order_id, act)


def buy_again(user_id: str, order_id: str, key: str) -> list[tuple[str, str | None]]:
    """Put the lines of an order into its buyer's cart; with the same `key`, once.

    Returns for each SKU why it could not be put in (the code of the cart's refusal), None where it was. Raises
    OrderNotFound.
    """
    with sql.session(key=user_id) as session:
        order = store.order(session, user_id, order_id)
    found: list[tuple[str, str | None]] = []
    for line in order.lines:
        try:
            wish = Wish(line.sku_id, line.product_id, line.quantity)
            carts.add(Holder(user_id), wish, key=f"{key}:{line.number}")
        except (errors.Conflict, errors.NotFound) as refusal:
            found.append((line.sku_id, refusal.code))
        else:
            found.append((line.sku_id, None))
    return found


def export(user_id: str) -> list[dict[str, Any]]:
    """Everything that is kept of somebody's orders, for the copy of their data (JSON types)."""
    found: list[dict[str, Any]] = []
    after: str | None = None
    with sql.session(key=user_id) as session:
        while page := store.listed(session, user_id, statuses=(), limit=100, after=after, hidden=True):
            found += [_exported(order) for order in page]
            after = page[-1].id
    return found


def _exported(order: Order) -> dict[str, Any]:
    return {
        "id": order.id,
        "trade_id": order.trade_id,
        "merchant": dict(order.merchant_name),
        "status": order.status.value,
        "created_at": order.created_at.isoformat(),
        "payable": order.payable.cents,
        "refunded": order.refunded.cents,
        "currency": order.currency,
        "note": order.note,
        "address": dict(order.address),
        "invoice": None if order.invoice is None else dict(order.invoice),
        "lines": [
            {
                "name": dict(line.name),
                "sku_id": line.sku_id,
                "quantity": line.quantity,
                "payable": line.payable.cents,
            }
            for line in order.lines
        ],
    }


def _buyer(user_id: str) -> Actor:
    return Actor(Side.BUYER, user_id)
