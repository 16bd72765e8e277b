"""The search index."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """The tables of `mall.search`."""
    op.create_table(
        "search_product",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("document", TSVECTOR, nullable=False),
        sa.Column("facets", ARRAY(sa.BigInteger), nullable=False),
        sa.Column("price", sa.BigInteger, nullable=False),
        sa.Column("price_to", sa.BigInteger, nullable=False),
        sa.Column("sales", sa.BigInteger, nullable=False),
        sa.Column("boost", sa.BigInteger, nullable=False),
        sa.Column("published", sa.BigInteger, nullable=False),
    )
    # Searches must not read a list of what was indexed last, which is what `fastupdate` leaves behind.
    for column in ("document", "facets"):
        op.create_index(
            f"ix_search_product_{column}",
            "search_product",
            [column],
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        )
    op.create_table(
        "search_card",
        sa.Column("product_id", sa.Text, primary_key=True),
        sa.Column("card", JSONB, nullable=False),
        sa.Column("words", ARRAY(sa.Text), nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
    op.create_table(
        "search_place",
        sa.Column("place", sa.Text, primary_key=True),
        sa.Column("product_id", sa.Text, primary_key=True),
        sa.Column("pinned", sa.BigInteger, nullable=False),
        sa.Column("boost", sa.BigInteger, nullable=False),
        sa.Column("sales", sa.BigInteger, nullable=False),
        sa.Column("price", sa.BigInteger, nullable=False),
        sa.Column("published", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_search_place_best", "search_place", ["place", "pinned", "boost", "product_id"])
    op.create_index("ix_search_place_sales", "search_place", ["place", "sales", "product_id"])
    op.create_index("ix_search_place_price", "search_place", ["place", "price", "product_id"])
    op.create_index("ix_search_place_new", "search_place", ["place", "published", "product_id"])
    op.create_index("ix_search_place_product_id", "search_place", ["product_id"])
    op.create_table(
        "search_facet",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", JSONB, nullable=False),
        sa.Column("name", JSONB, nullable=False),
        sa.Column("parent", sa.Text),
        sa.Column("position", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "search_term",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("term", sa.Text, primary_key=True),
        sa.Column("ref", sa.Text, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("weight", sa.BigInteger, nullable=False),
        sa.Column("trigrams", ARRAY(sa.Text), nullable=False),
    )
    op.create_index("ix_search_term_term", "search_term", ["term"], postgresql_ops={"term": "text_pattern_ops"})
    op.create_index("ix_search_term_trigrams", "search_term", ["trigrams"], postgresql_using="gin")
    op.create_table(
        "search_count",
        sa.Column("hour", sa.TIMESTAMP(timezone=True), primary_key=True),
        sa.Column("term", sa.Text, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("searches", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "search_hot_word",
        sa.Column("rank", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("score", sa.BigInteger, nullable=False),
    )
