"""Placing an order: everything is looked at again, then written down at once."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any

from mall import clock, errors, events, ids, sql
from mall.cart import service as carts
from mall.money import Money
from mall.observability import logger
from mall.orders import rules, service, store
from mall.orders.addresses.model import snapshot
from mall.orders.deadlines import store as deadlines
from mall.orders.life import service as life
from mall.orders.model import Actor, Deadline, Kind, NothingToOrder, Order, Side, Trade
from mall.orders.placing import model
from mall.orders.placing.model import Wanted
from mall.orders.placing.schemas import NewOrder
from mall.orders.showing import TradePicture, picture, trade_offers
from mall.orders.workflow import store as workflow
from mall.quotes import service as quotes
from mall.quotes.model import Priced, Wish
from mall.users.address_book import service as addresses
from mall.users.erased import service as erased
from mall.wallet import service as wallet
from mall.wallet.model import PaymentPasswordWrong


class DeliveryDate(errors.Invalid):
    message = f"The delivery date is a day within the next {rules.DELIVERY_LATEST.days}."


def order(user_id: str, form: NewOrder, key: str) -> TradePicture:
    """Place an order, start its saga and show the trade; the same `key` again is the same trade.

    Raises CartChanged, NothingToOrder, AddressNotFound, TooManyUnpaid, AlreadyOrdered, WalletAmountTooHigh,
    DeliveryDate, the wallet's refusals of a payment password, AccountClosed, or IdempotencyKeyReused.
    """
    request = sha256(form.model_dump_json(exclude={"payment_password"}).encode()).hexdigest()
    try:
        wanted, priced = _priced(user_id, form, key, request)
    except errors.MallError:
        # What was ordered with this key before has left the cart, and may cost something else by now.
        with sql.session(key=user_id) as session:
            before = store.placed_before(session, user_id, key, form.cart_version)
        if before is None:
            raise
        return _same(before, request)
    now = clock.now()
    trade, orders = model.place(
        priced.quote,
        wanted,
        new_id=lambda prefix: ids.new(prefix, slot=ids.slot_of(user_id), at=now),
        at=now,
        pay_deadline=now + rules.LASTS[Kind.PAY],
    )
    placed = sql.retrying(lambda session: _write(session, trade, orders), key=user_id)
    if placed.id != trade.id:
        return _same(placed, request)
    begin(trade, orders)
    due = [Deadline(trade.id, Kind.PAY, user_id, trade.pay_deadline, 1)]
    pictures = [picture(order, trade, due, len(orders), at=now) for order in orders]
    return TradePicture(trade, trade_offers(trade, due, at=now), pictures)


def _priced(user_id: str, form: NewOrder, key: str, request: str) -> tuple[Wanted, Priced]:
    """What is to be ordered, at the prices of now, which are those that the buyer saw."""
    wanted, wishes = _wanted(user_id, form, key, request)
    priced = quotes.of(user_id, wishes)
    seen = (form.cart_version, wanted.cart_version or 0) if form.source == "cart" else None
    model.check_same(priced, form.expected_total.money(), cart=seen)
    if wanted.wallet_amount:
        _prove(user_id, form)
    return wanted, priced


def begin(trade: Trade, orders: Sequence[Order]) -> None:
    """Start the saga of a new trade; the sweep does in a minute what fails now."""
    logger.info("order placed", trade_id=trade.id, orders=len(orders), total=trade.total.cents)
    try:
        start(trade, orders)
    except Exception:
        # The order is placed, and its buyer must hear so.
        logger.exception("saga not started", trade_id=trade.id)


def start(trade: Trade, orders: Sequence[Order]) -> bool:
    """Start the saga of a trade; False when it was started before."""
    return workflow.start(trade.id, saga_input(trade, orders))


def saga_input(trade: Trade, orders: Sequence[Order]) -> dict[str, Any]:
    """What `order_saga` is told of a trade: for how many seconds from now its payment is waited for, among others."""
    return {
        "trade_id": trade.id,
        "user_id": trade.user_id,
        "until": (trade.pay_deadline + rules.HOLD_GRACE).isoformat(),
        "payment": {"seconds": rules.seconds_until(trade.pay_deadline, clock.now())},
        "uses_benefits": bool(trade.benefits),
        "lines": [
            {"order_id": order.id, "sku_id": line.sku_id, "quantity": line.quantity}
            for order in orders
            for line in order.lines
        ],
    }


def _same(trade: Trade, request: str) -> TradePicture:
    if trade.request == request:
        return service.show_trade(trade.user_id, trade.id)
    from mall.idempotency import IdempotencyKeyReused  # noqa: PLC0415  (50 ms of import, for a mistake)

    raise IdempotencyKeyReused


def _wanted(user_id: str, form: NewOrder, key: str, request: str) -> tuple[Wanted, list[Wish]]:
    cart_version: int | None = None
    notes: Mapping[str, str] = form.notes
    if form.source == "cart":
        cart = carts.selected(user_id)
        wishes, cart_version, notes = cart.wishes, cart.version, {**cart.notes, **form.notes}
    else:
        wishes = [Wish(line.sku_id, line.product_id, line.quantity) for line in form.lines]
    if not wishes:
        raise NothingToOrder
    nothing = Money(0, form.expected_total.currency)
    wanted = Wanted(
        user_id=user_id,
        key=key,
        request=request,
        source=form.source,
        cart_version=cart_version,
        wallet_amount=nothing if form.wallet_amount is None else form.wallet_amount.money(),
        notes=notes,
        delivery_date=_delivery(form),
        address=snapshot(addresses.get(user_id, form.address_id)),
    )
    return wanted, wishes


def _delivery(form: NewOrder) -> str | None:
    if form.delivery_date is None:
        return None
    # The mall's day: somebody east of Greenwich may be in tomorrow already.
    today = clock.now().date()
    if not today <= form.delivery_date <= today + rules.DELIVERY_LATEST + timedelta(days=1):
        raise DeliveryDate
    return form.delivery_date.isoformat()


def _prove(user_id: str, form: NewOrder) -> None:
    if not form.payment_password:
        raise PaymentPasswordWrong("Paying from the wallet takes the payment password.")
    wallet.check_password(user_id, form.payment_password)


def _write(session: sql.Session, trade: Trade, orders: Sequence[Order]) -> Trade:
    """Write the trade down, unless the same was placed meanwhile: people's orders are placed in turn."""
    erased.lock(session, trade.user_id)
    before = store.placed_before(session, trade.user_id, trade.key, trade.cart_version)
    if before is not None:
        return before
    store.add(session, trade, orders, Actor(Side.BUYER, trade.user_id))
    look_at = trade.created_at + rules.START_AGAIN
    deadlines.put(session, [(trade.id, Kind.PAY, trade.pay_deadline)], trade.user_id, look_at=look_at)
    # The saga's first steps have news of their own, in a moment.
    events.record(session, *(event for order in orders for event in life.news(order, "create")), nudged=False)
    return trade
