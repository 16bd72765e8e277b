"""Address books, and the proof of consents."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from mall.sql.migrations import ops

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """The tables of `mall.users.address_book` and `mall.users.consents`."""
    ops.create_sharded_table(
        "address",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("division", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("city", sa.Text, nullable=False),
        sa.Column("district", sa.Text, nullable=False),
        sa.Column("lines", JSONB, nullable=False),
        sa.Column("postal_code", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("is_default", sa.Boolean, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
    )
    op.create_index("ix_address_user_id", "address", ["user_id", "id"])
    op.create_index(
        "uq_address_default", "address", ["slot", "user_id"], unique=True, postgresql_where=sa.text("is_default")
    )
    ops.create_sharded_table(
        "consent",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("given", sa.Boolean, nullable=False),
        sa.Column("policy_version", sa.Text, nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("network", sa.Text, nullable=False),
    )
    op.create_index("uq_consent_version", "consent", ["slot", "user_id", "version"], unique=True)
