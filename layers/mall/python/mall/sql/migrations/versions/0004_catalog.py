"""The tree of categories."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """The tables of `mall.catalog.categories.tree`."""
    op.create_table(
        "category",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("parent_id", sa.Text, sa.ForeignKey("category.id", name="fk_category_parent_id")),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("name", JSONB, nullable=False),
        sa.Column("description", JSONB, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("merged_into", sa.Text, sa.ForeignKey("category.id", name="fk_category_merged_into")),
        sa.Column("version", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_category_parent_id", "category", ["parent_id"])
    op.create_table(
        "category_attribute",
        sa.Column(
            "category_id",
            sa.Text,
            sa.ForeignKey("category.id", name="fk_category_attribute_category_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("definition", JSONB, nullable=False),
    )
    op.create_table(
        "category_revision",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
