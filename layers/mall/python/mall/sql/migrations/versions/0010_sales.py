"""What was sold of late, by which searches are sorted."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """The sales of `mall.search`: one row for each product of a paid order, for as long as it counts."""
    op.create_table(
        "search_sale",
        sa.Column("order_id", sa.Text, primary_key=True),
        sa.Column("product_id", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("units", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_search_sale_day", "search_sale", ["day"])
    op.create_index("ix_search_sale_product_id", "search_sale", ["product_id"])
