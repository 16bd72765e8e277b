"""Refunds."""

import sqlalchemy as sa
from alembic import op

from mall.sql.migrations import ops

revision = "0008"
down_revision = "0007"

STATES = "state IN ('requested', 'refunding', 'success', 'failed')"


def upgrade() -> None:
    """The tables of `mall.refunds`."""
    ops.create_sharded_table(
        "refund",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("trade_id", sa.Text, nullable=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("merchant_id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("freight", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("finished_at", sa.TIMESTAMP(timezone=True)),
        sa.CheckConstraint("freight BETWEEN 0 AND amount", name="ck_refund_amount"),
        sa.CheckConstraint(STATES, name="ck_refund_state"),
    )
    op.create_index("uq_refund_key", "refund", ["slot", "key"], unique=True)
    op.create_index("ix_refund_order_id", "refund", ["order_id", "id"])
    op.create_index("ix_refund_open", "refund", ["id"], postgresql_where=sa.text("state <> 'success'"))
    ops.create_sharded_table(
        "refund_line",
        sa.Column("refund_id", sa.Text, nullable=False),
        sa.Column("line_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("platform_part", sa.BigInteger, nullable=False),
        sa.Column("merchant_part", sa.BigInteger, nullable=False),
        sa.CheckConstraint(
            "quantity >= 0 AND amount >= 0 AND platform_part >= 0 AND merchant_part >= 0", name="ck_refund_line_amounts"
        ),
        sa.ForeignKeyConstraint(["slot", "refund_id"], ["refund.slot", "refund.id"], name="fk_refund_line_refund"),
        key=("refund_id", "line_id"),
    )
    ops.create_sharded_table(
        "refund_part",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("refund_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("attempt_id", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("accepted", sa.Boolean, nullable=False),
        sa.Column("tries", sa.BigInteger, nullable=False),
        sa.Column("next_try_at", sa.TIMESTAMP(timezone=True)),
        sa.Column("problem", sa.Text, nullable=False),
        sa.CheckConstraint("amount > 0", name="ck_refund_part_amount"),
        sa.CheckConstraint(STATES, name="ck_refund_part_state"),
        sa.CheckConstraint("kind IN ('channel', 'wallet')", name="ck_refund_part_kind"),
        sa.CheckConstraint("(next_try_at IS NULL) = (state = 'success')", name="ck_refund_part_next_try_at"),
        sa.ForeignKeyConstraint(["slot", "refund_id"], ["refund.slot", "refund.id"], name="fk_refund_part_refund"),
    )
    op.create_index("ix_refund_part_refund_id", "refund_part", ["refund_id"])
    op.create_index(
        "ix_refund_part_next_try_at",
        "refund_part",
        ["next_try_at"],
        postgresql_where=sa.text("next_try_at IS NOT NULL"),
    )
    op.create_index(
        "uq_refund_part_in_flight",
        "refund_part",
        ["slot", "attempt_id"],
        unique=True,
        postgresql_where=sa.text("state = 'refunding'"),
    )
    ops.create_sharded_table(
        "refund_source",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("paid", sa.BigInteger, nullable=False),
        sa.Column("refunded", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.CheckConstraint("refunded BETWEEN 0 AND paid", name="ck_refund_source_refunded"),
        key=("kind", "reference"),
    )
