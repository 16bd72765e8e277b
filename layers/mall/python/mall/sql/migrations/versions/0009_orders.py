"""Trades, orders, their lines, history and deadlines."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from mall.sql.migrations import ops

revision = "0009"
down_revision = "0008"

_TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """The tables of `mall.orders`."""
    _trades()
    _orders()
    _lines()
    _discounts()
    _events()
    _deadlines()


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _trades() -> None:
    ops.create_sharded_table(
        "trade",
        *_texts("id", "user_id", "stage", "source", "key", "request", "currency"),
        *_numbers("version", "goods", "discount", "freight", "total", "wallet_amount", "pay_postponed"),
        sa.Column("reason", sa.Text),
        sa.Column("cart_version", sa.BigInteger),
        sa.Column("pay_deadline", _TIME, nullable=False),
        sa.Column("intent_id", sa.Text),
        sa.Column("token", sa.Text),
        sa.Column("benefits", JSONB, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.Column("paid_at", _TIME),
        sa.CheckConstraint(
            "goods - discount + freight = total AND discount >= 0 AND freight >= 0", name="ck_trade_amounts"
        ),
        sa.CheckConstraint("wallet_amount BETWEEN 0 AND total", name="ck_trade_wallet"),
        sa.CheckConstraint("stage IN ('placing', 'awaiting_payment', 'paid', 'cancelled')", name="ck_trade_stage"),
        sa.CheckConstraint("(stage = 'paid') = (paid_at IS NOT NULL)", name="ck_trade_paid"),
    )
    op.create_index("uq_trade_key", "trade", ["slot", "user_id", "key"], unique=True)
    op.create_index(
        "uq_trade_cart",
        "trade",
        ["slot", "user_id", "cart_version"],
        unique=True,
        postgresql_where=sa.text("source = 'cart' AND stage <> 'cancelled'"),
    )
    op.create_index(
        "ix_trade_unpaid", "trade", ["user_id"], postgresql_where=sa.text("stage IN ('placing', 'awaiting_payment')")
    )


def _orders() -> None:
    ops.create_sharded_table(
        "orders",
        *_texts("id", "user_id", "trade_id", "merchant_id"),
        sa.Column("merchant_name", JSONB, nullable=False),
        *_texts("status", "pay_status", "ship_status", "refund_status", "currency", "note"),
        sa.Column("aftersale_open", sa.Boolean, nullable=False),
        *_numbers("version", "goods", "discount", "freight", "payable", "wallet_part", "platform_part", "refunded"),
        sa.Column("delivery_date", sa.Text),
        *_numbers("ship_postponed", "receipt_postponed"),
        sa.Column("overdue", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("address", JSONB, nullable=False),
        sa.Column("invoice", JSONB),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        *(sa.Column(name, _TIME) for name in ("paid_at", "shipped_at", "completed_at", "hidden_at")),
        sa.ForeignKeyConstraint(["slot", "trade_id"], ["trade.slot", "trade.id"], name="fk_orders_slot"),
        sa.CheckConstraint(
            "goods - discount + freight = payable AND discount >= 0 AND freight >= 0", name="ck_orders_amounts"
        ),
        sa.CheckConstraint("wallet_part BETWEEN 0 AND payable AND platform_part >= 0", name="ck_orders_parts"),
        sa.CheckConstraint("refunded BETWEEN 0 AND payable", name="ck_orders_refunded"),
        sa.CheckConstraint(
            "status <> 'cancelled' OR pay_status <> 'paid' OR refund_status = 'refunded' OR payable = 0",
            name="ck_orders_cancelled",
        ),
        sa.CheckConstraint("(status = 'pending_payment') = (pay_status = 'unpaid')", name="ck_orders_unpaid"),
    )
    shown = sa.text("hidden_at IS NULL")
    op.create_index("ix_orders_user_id", "orders", ["user_id", "id"], postgresql_where=shown)
    op.create_index("ix_orders_status", "orders", ["user_id", "status", "id"], postgresql_where=shown)
    op.create_index("ix_orders_trade_id", "orders", ["trade_id", "id"])
    op.create_index("ix_orders_updated_at", "orders", ["updated_at"])


def _lines() -> None:
    ops.create_sharded_table(
        "order_line",
        *_texts("id", "user_id", "order_id", "product_id", "sku_id", "category_id"),
        sa.Column("name", JSONB, nullable=False),
        sa.Column("options", JSONB, nullable=False),
        sa.Column("picture_id", sa.Text),
        *_numbers("number", "product_version", "quantity", "unit_price", "goods", "discount", "payable"),
        sa.Column("list_price", sa.BigInteger),
        sa.Column("weight_g", sa.BigInteger),
        *_numbers("shipped"),
        sa.ForeignKeyConstraint(["slot", "order_id"], ["orders.slot", "orders.id"], name="fk_order_line_slot"),
        sa.CheckConstraint("quantity > 0 AND goods = unit_price * quantity", name="ck_order_line_goods"),
        sa.CheckConstraint(
            "goods - discount = payable AND discount >= 0 AND payable >= 0", name="ck_order_line_payable"
        ),
        sa.CheckConstraint("shipped BETWEEN 0 AND quantity", name="ck_order_line_shipped"),
    )
    op.create_index("uq_order_line_number", "order_line", ["slot", "order_id", "number"], unique=True)


def _discounts() -> None:
    ops.create_sharded_table(
        "line_discount",
        *_texts("line_id", "user_id", "order_id", "promo_id", "level", "bearer"),
        *_numbers("number", "platform_bps", "amount", "platform_part", "merchant_part"),
        sa.ForeignKeyConstraint(["slot", "order_id"], ["orders.slot", "orders.id"], name="fk_line_discount_slot"),
        sa.CheckConstraint("platform_part + merchant_part = amount", name="ck_line_discount_parts"),
        sa.CheckConstraint(
            "platform_part >= 0 AND merchant_part >= 0 AND platform_bps BETWEEN 0 AND 10000",
            name="ck_line_discount_bearer",
        ),
        key=("line_id", "number"),
    )
    op.create_index("ix_line_discount_order_id", "line_discount", ["order_id"])


def _events() -> None:
    ops.create_sharded_table(
        "order_event",
        *_texts("order_id", "user_id", "side", "by", "act", "note"),
        *_numbers("version"),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("before", JSONB, nullable=False),
        sa.Column("after", JSONB, nullable=False),
        key=("order_id", "version"),
        guard_by="guard_appended",
    )


def _deadlines() -> None:
    ops.create_sharded_table(
        "order_deadline",
        *_texts("subject", "kind", "user_id"),
        *_numbers("version", "tries"),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("look_at", _TIME, nullable=False),
        sa.Column("met_at", _TIME),
        key=("subject", "kind"),
    )
    op.create_index(
        "ix_order_deadline_look_at", "order_deadline", ["look_at"], postgresql_where=sa.text("met_at IS NULL")
    )
