"""The tables of trades and orders. Imported by `store` modules and by the migrations only."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall import sql


class TradeRow(sql.Base, sql.ByBuyer):
    """A checkout. At most one that is not cancelled was made of one version of a cart."""

    __tablename__ = "trade"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    stage: Mapped[str]
    version: Mapped[int]
    reason: Mapped[str | None]
    source: Mapped[str]
    cart_version: Mapped[int | None]
    key: Mapped[str]
    request: Mapped[str]
    currency: Mapped[str]
    goods: Mapped[int]
    discount: Mapped[int]
    freight: Mapped[int]
    total: Mapped[int]
    wallet_amount: Mapped[int]
    pay_deadline: Mapped[datetime]
    pay_postponed: Mapped[int]
    intent_id: Mapped[str | None]
    token: Mapped[str | None]
    benefits: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_trade_key", "slot", "user_id", "key", unique=True),
        Index(
            "uq_trade_cart",
            *("slot", "user_id", "cart_version"),
            unique=True,
            postgresql_where=text("source = 'cart' AND stage <> 'cancelled'"),
        ),
        Index("ix_trade_unpaid", "user_id", postgresql_where=text("stage IN ('placing', 'awaiting_payment')")),
        CheckConstraint("goods - discount + freight = total AND discount >= 0 AND freight >= 0", name="amounts"),
        CheckConstraint("wallet_amount BETWEEN 0 AND total", name="wallet"),
        CheckConstraint("stage IN ('placing', 'awaiting_payment', 'paid', 'cancelled')", name="stage"),
        CheckConstraint("(stage = 'paid') = (paid_at IS NOT NULL)", name="paid"),
    )


class OrderRow(sql.Base, sql.ByBuyer):
    """What a trade buys of one merchant."""

    __tablename__ = "orders"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    trade_id: Mapped[str]
    merchant_id: Mapped[str]
    merchant_name: Mapped[dict[str, Any]]
    status: Mapped[str]
    pay_status: Mapped[str]
    ship_status: Mapped[str]
    refund_status: Mapped[str]
    aftersale_open: Mapped[bool]
    version: Mapped[int]
    currency: Mapped[str]
    goods: Mapped[int]
    discount: Mapped[int]
    freight: Mapped[int]
    payable: Mapped[int]
    wallet_part: Mapped[int]
    platform_part: Mapped[int]
    refunded: Mapped[int]
    note: Mapped[str]
    delivery_date: Mapped[str | None]
    ship_postponed: Mapped[int]
    receipt_postponed: Mapped[int]
    overdue: Mapped[bool]
    reason: Mapped[str | None]
    address: Mapped[dict[str, Any]]
    invoice: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    shipped_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["slot", "trade_id"], ["trade.slot", "trade.id"]),
        Index("ix_orders_user_id", "user_id", "id", postgresql_where=text("hidden_at IS NULL")),
        Index("ix_orders_status", "user_id", "status", "id", postgresql_where=text("hidden_at IS NULL")),
        Index("ix_orders_trade_id", "trade_id", "id"),
        Index("ix_orders_updated_at", "updated_at"),
        CheckConstraint("goods - discount + freight = payable AND discount >= 0 AND freight >= 0", name="amounts"),
        CheckConstraint("wallet_part BETWEEN 0 AND payable AND platform_part >= 0", name="parts"),
        CheckConstraint("refunded BETWEEN 0 AND payable", name="refunded"),
        # An order is never both: what was paid for is cancelled only when its money is on its way back.
        CheckConstraint(
            "status <> 'cancelled' OR pay_status <> 'paid' OR refund_status = 'refunded' OR payable = 0",
            name="cancelled",
        ),
        CheckConstraint("(status = 'pending_payment') = (pay_status = 'unpaid')", name="unpaid"),
    )


class LineRow(sql.Base, sql.ByBuyer):
    """Some pieces of one SKU, as they were ordered."""

    __tablename__ = "order_line"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    order_id: Mapped[str]
    number: Mapped[int]
    product_id: Mapped[str]
    product_version: Mapped[int]
    sku_id: Mapped[str]
    category_id: Mapped[str]
    name: Mapped[dict[str, Any]]
    options: Mapped[list[Any]]
    picture_id: Mapped[str | None]
    quantity: Mapped[int]
    unit_price: Mapped[int]
    list_price: Mapped[int | None]
    goods: Mapped[int]
    discount: Mapped[int]
    payable: Mapped[int]
    weight_g: Mapped[int | None]
    shipped: Mapped[int]

    __table_args__ = (
        ForeignKeyConstraint(["slot", "order_id"], ["orders.slot", "orders.id"]),
        Index("uq_order_line_number", "slot", "order_id", "number", unique=True),
        CheckConstraint("quantity > 0 AND goods = unit_price * quantity", name="goods"),
        CheckConstraint("goods - discount = payable AND discount >= 0 AND payable >= 0", name="payable"),
        CheckConstraint("shipped BETWEEN 0 AND quantity", name="shipped"),
    )


class DiscountRow(sql.Base, sql.ByBuyer):
    """A line's part of a discount, or (`line_id` is the order's id) an order's part of one on its freight."""

    __tablename__ = "line_discount"
    __carries_slot__ = ("line_id", "order_id")

    line_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[str]
    order_id: Mapped[str]
    promo_id: Mapped[str]
    level: Mapped[str]
    bearer: Mapped[str]
    platform_bps: Mapped[int]
    amount: Mapped[int]
    platform_part: Mapped[int]
    merchant_part: Mapped[int]

    __table_args__ = (
        ForeignKeyConstraint(["slot", "order_id"], ["orders.slot", "orders.id"]),
        Index("ix_line_discount_order_id", "order_id"),
        CheckConstraint("platform_part + merchant_part = amount", name="parts"),
        CheckConstraint(
            "platform_part >= 0 AND merchant_part >= 0 AND platform_bps BETWEEN 0 AND 10000", name="bearer"
        ),
    )


class EventRow(sql.Base, sql.ByBuyer):
    """What happened to an order, and who did it. Only ever added."""

    __tablename__ = "order_event"
    __carries_slot__ = ("order_id",)

    order_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[str]
    at: Mapped[datetime]
    side: Mapped[str]
    by: Mapped[str]
    act: Mapped[str]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    note: Mapped[str]


class DeadlineRow(sql.Base, sql.ByBuyer):
    """Until when something has to happen to a trade or an order; `look_at` is when the sweep looks (again)."""

    __tablename__ = "order_deadline"
    __carries_slot__ = ("subject",)

    subject: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    due_at: Mapped[datetime]
    version: Mapped[int]
    look_at: Mapped[datetime]
    tries: Mapped[int]
    met_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_order_deadline_look_at", "look_at", postgresql_where=text("met_at IS NULL")),)
