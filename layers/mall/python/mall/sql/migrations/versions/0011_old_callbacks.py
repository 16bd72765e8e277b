"""By when something was said, so that what channels said long ago is found and deleted."""

from mall.sql.migrations import ops

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """An index on the time of `payment_event`."""
    ops.create_index("ix_payment_event_at", "payment_event", "at", sharded=True)
