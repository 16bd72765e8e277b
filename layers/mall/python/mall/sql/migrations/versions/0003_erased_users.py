"""Who was erased, so that nothing is stored for them any more."""

import sqlalchemy as sa

from mall.sql.migrations import ops

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """The table of `mall.users.erased`."""
    ops.create_sharded_table(
        "erased_user",
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        key=("user_id",),
    )
