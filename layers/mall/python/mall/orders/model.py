"""Trades, orders and their lines: what they are, and how they are refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from mall import errors
from mall.money import Money

# Against hoarding: what one person may hold without paying for it.
MOST_UNPAID_TRADES = 5
MOST_LINES = 100


class Stage(StrEnum):
    """Where a trade is: stock is being reserved, it waits for its payment, or it is over for the checkout."""

    PLACING = "placing"
    AWAITING_PAYMENT = "awaiting_payment"
    PAID = "paid"
    CANCELLED = "cancelled"


class Status(StrEnum):
    """Where an order is; the moves between them are `rules.NEXT`."""

    PENDING_PAYMENT = "pending_payment"
    PAID = "paid"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    PARTIALLY_SHIPPED = "partially_shipped"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    CLOSED = "closed"


class PayStatus(StrEnum):
    """Whether an order is paid."""

    UNPAID = "unpaid"
    PAID = "paid"
    CANCELLED = "cancelled"


class ShipStatus(StrEnum):
    """How much of an order is on its way."""

    UNSHIPPED = "unshipped"
    PARTIAL = "partial"
    SHIPPED = "shipped"
    RECEIVED = "received"


class RefundStatus(StrEnum):
    """How much of an order's money goes back, or went back."""

    NONE = "none"
    REFUNDING = "refunding"
    PARTIAL = "partial"
    REFUNDED = "refunded"
    FAILED = "failed"


class Side(StrEnum):
    """On whose behalf somebody acts."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    PLATFORM = "platform"
    SYSTEM = "system"


class Kind(StrEnum):
    """What a deadline is for."""

    PAY = "pay"  # the buyer has paid
    AGREE = "agree"  # the merchant has answered a request to cancel
    SHIP = "ship"  # the merchant has sent everything
    RECEIPT = "receipt"  # the buyer has confirmed the receipt
    AFTERSALE = "aftersale"  # goods may be sent back until then


class TradeNotFound(errors.NotFound):
    message = "You have no such trade."


class OrderNotFound(errors.NotFound):
    message = "You have no such order."


class CartChanged(errors.Conflict):
    message = "Prices, stock or the cart changed. Look at the new total and order again."


class NothingToOrder(errors.Invalid):
    message = "There is nothing to order: no line is selected."


class TooManyUnpaid(errors.Conflict):
    message = f"You have {MOST_UNPAID_TRADES} trades that are not paid. Pay for one of them or cancel it first."


class AlreadyOrdered(errors.Conflict):
    message = "This cart was ordered already."


class TradeCancelled(errors.Conflict):
    message = "This trade was cancelled."


class Changed(errors.Conflict):
    message = "The order changed meanwhile. Read it again."


class Refused(errors.Conflict):
    """An act that the order's state does not allow; `reason` says why, as a code, and the message for people."""

    message = "This is not possible now."


class NotYours(errors.Forbidden):
    message = "This is not yours to do."


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and on whose behalf; `id` is a person's, a merchant key's or a function's name."""

    side: Side
    id: str

    def __str__(self) -> str:
        return f"{self.side}:{self.id}"


SYSTEM = Actor(Side.SYSTEM, "mall")


@dataclass(frozen=True, slots=True)
class Discount:
    """A line's part of a discount, and who bears it: `amount = platform_part + merchant_part`."""

    number: int
    promo_id: str
    level: str
    bearer: str
    platform_bps: int
    amount: Money
    platform_part: Money
    merchant_part: Money


@dataclass(frozen=True, slots=True)
class Line:
    """Some pieces of one SKU as they were when they were ordered; `name` and `options` are by locale."""

    id: str
    order_id: str
    number: int
    product_id: str
    product_version: int
    sku_id: str
    category_id: str
    name: Mapping[str, str]
    options: Sequence[Mapping[str, Any]]
    picture_id: str | None
    quantity: int
    unit_price: Money
    list_price: Money | None
    goods: Money
    discount: Money
    payable: Money
    weight_g: int | None = None
    shipped: int = 0
    discounts: Sequence[Discount] = ()

    @property
    def platform_part(self) -> Money:
        """What the platform adds to the payment of this line."""
        return sum((one.platform_part for one in self.discounts), start=Money(0, self.goods.currency))


@dataclass(frozen=True, slots=True)
class Order:
    """What one buyer buys of one merchant in one trade.

    `wallet_part` is the part of `payable` that the wallet pays, `platform_part` what the platform adds for discounts
    that it bears: the merchant earns `payable + platform_part`.
    """

    id: str
    user_id: str
    trade_id: str
    merchant_id: str
    merchant_name: Mapping[str, str]
    status: Status
    pay_status: PayStatus
    ship_status: ShipStatus
    refund_status: RefundStatus
    aftersale_open: bool
    version: int
    goods: Money
    discount: Money
    freight: Money
    payable: Money
    wallet_part: Money
    platform_part: Money
    refunded: Money
    note: str
    delivery_date: str | None
    ship_postponed: int
    receipt_postponed: int
    overdue: bool
    reason: str | None
    created_at: datetime
    updated_at: datetime
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    completed_at: datetime | None = None
    hidden_at: datetime | None = None
    invoice: Mapping[str, Any] | None = None
    address: Mapping[str, Any] = field(default_factory=dict)
    lines: Sequence[Line] = ()
    freight_discounts: Sequence[Discount] = ()

    @property
    def currency(self) -> str:
        """The currency of all its amounts."""
        return self.payable.currency


@dataclass(frozen=True, slots=True)
class Trade:
    """One checkout: what is paid together."""

    id: str
    user_id: str
    stage: Stage
    version: int
    reason: str | None
    source: str
    cart_version: int | None
    key: str
    request: str
    goods: Money
    discount: Money
    freight: Money
    total: Money
    wallet_amount: Money
    pay_deadline: datetime
    pay_postponed: int
    intent_id: str | None
    token: str | None
    benefits: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    paid_at: datetime | None = None

    @property
    def due(self) -> Money:
        """What has to come in through a channel."""
        return self.total - self.wallet_amount

    @property
    def unpaid(self) -> bool:
        """Whether it may still be paid or cancelled as a whole."""
        return self.stage in (Stage.PLACING, Stage.AWAITING_PAYMENT)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when something has to have happened to a trade or an order (`subject`), and in which version."""

    subject: str
    kind: Kind
    user_id: str
    due_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Happened:
    """An entry of an order's history."""

    at: datetime
    by: Actor
    act: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    note: str
