"""${message}."""

from mall.sql.migrations import ops

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """What every shard gets, one after the other, while the mall is open."""
