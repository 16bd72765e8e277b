"""Payments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from mall.sql.migrations import ops

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """The tables of `mall.payments`."""
    ops.create_sharded_table(
        "payment_intent",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("paid_by", sa.Text, nullable=False),
        sa.Column("paid_at", sa.TIMESTAMP(timezone=True)),
        sa.Column("refunded", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name="ck_payment_intent_amount"),
        sa.CheckConstraint("refunded BETWEEN 0 AND amount", name="ck_payment_intent_refunded"),
    )
    op.create_index("uq_payment_intent_reference", "payment_intent", ["slot", "purpose", "reference"], unique=True)
    op.create_index(
        "ix_payment_intent_expired",
        "payment_intent",
        ["expires_at"],
        postgresql_where=sa.text("state = 'waiting' AND purpose <> 'trade'"),
    )
    ops.create_sharded_table(
        "payment_attempt",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("intent_id", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("action", JSONB, nullable=False),
        sa.Column("trade_no", sa.Text, nullable=False),
        sa.Column("unwanted", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("paid_at", sa.TIMESTAMP(timezone=True)),
        sa.Column("next_check_at", sa.TIMESTAMP(timezone=True)),
        sa.Column("checks", sa.BigInteger, nullable=False),
        sa.Column("checked_at", sa.TIMESTAMP(timezone=True)),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
    )
    op.create_index("ix_payment_attempt_intent_id", "payment_attempt", ["intent_id", "id"])
    op.create_index(
        "ix_payment_attempt_next_check_at",
        "payment_attempt",
        ["next_check_at"],
        postgresql_where=sa.text("next_check_at IS NOT NULL"),
    )
    op.create_index(
        "uq_payment_attempt_paid",
        "payment_attempt",
        ["slot", "intent_id"],
        unique=True,
        postgresql_where=sa.text("state = 'success' AND unwanted = ''"),
    )
    ops.create_sharded_table(
        "payment_event",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("attempt_id", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        key=("channel", "event_id"),
    )
    ops.create_sharded_table(
        "payment_exception",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("attempt_id", sa.Text, nullable=False),
        sa.Column("intent_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("expected", sa.BigInteger),
        sa.Column("received", sa.BigInteger),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("received_currency", sa.Text, nullable=False),
        sa.Column("trade_no", sa.Text, nullable=False),
        sa.Column("details", JSONB, nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.TIMESTAMP(timezone=True)),
        sa.Column("resolved_by", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index(
        "uq_payment_exception_attempt",
        "payment_exception",
        ["slot", "kind", "channel", "attempt_id", "trade_no"],
        unique=True,
    )
    op.create_index("ix_payment_exception_id", "payment_exception", ["id"])
    op.create_index(
        "ix_payment_exception_open", "payment_exception", ["id"], postgresql_where=sa.text("resolved_at IS NULL")
    )
