"""The tables of the relational store itself: what happened, and what was heard of elsewhere.

The tables with which slots are moved (`slot_map`, `slot_fence`, `slot_change`, `slot_move`) have no classes, since only
`mall.sql.slots` reads and `mall.sql.moves` writes them.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import FetchedValue, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.sql.base import Base, ByBuyer


class OutboxRow(Base, ByBuyer):
    """An event written down in the transaction of the change that it tells of, until it is published.

    `slot` is given explicitly: that of the rows which the transaction changed. `seq` is given by the shard; within an
    aggregate it grows in the order of the commits, also after the slot has moved to another shard.
    """

    __tablename__ = "outbox"
    __shard_key__: ClassVar[str] = "slot"
    __carries_slot__: ClassVar[tuple[str, ...]] = ()
    __slot_of__ = staticmethod(int)
    __table_args__ = (
        Index("ix_outbox_unpublished", "aggregate", "seq", postgresql_where=text("published_at IS NULL")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    aggregate: Mapped[str]
    seq: Mapped[int] = mapped_column(server_default=FetchedValue())
    source: Mapped[str]
    type: Mapped[str]
    version: Mapped[int]
    sequence: Mapped[int]
    data: Mapped[dict[str, Any]]
    occurred_at: Mapped[datetime]
    published_at: Mapped[datetime | None]


class InboxRow(Base, ByBuyer):
    """An event that a consumer has taken in, written in the transaction of what the consumer did about it."""

    __tablename__ = "inbox"
    __shard_key__: ClassVar[str] = "slot"
    __carries_slot__: ClassVar[tuple[str, ...]] = ()
    __slot_of__ = staticmethod(int)

    consumer: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
