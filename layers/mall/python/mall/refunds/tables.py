"""The tables of refunds. Imported by `store` and by the migrations only."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from mall import sql


class RefundRow(sql.Base, sql.ByBuyer):
    """Money that goes back to a buyer."""

    __tablename__ = "refund"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    trade_id: Mapped[str]
    order_id: Mapped[str]
    merchant_id: Mapped[str]
    key: Mapped[str]
    amount: Mapped[int]
    freight: Mapped[int]
    currency: Mapped[str]
    reason: Mapped[str]
    requested_by: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_refund_key", "slot", "key", unique=True),
        Index("ix_refund_order_id", "order_id", "id"),
        Index("ix_refund_open", "id", postgresql_where=text("state <> 'success'")),
    )


class RefundLineRow(sql.Base, sql.ByBuyer):
    """What goes back of one line of an order."""

    __tablename__ = "refund_line"
    __carries_slot__ = ("refund_id",)

    refund_id: Mapped[str] = mapped_column(primary_key=True)
    line_id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    quantity: Mapped[int]
    amount: Mapped[int]
    platform_part: Mapped[int]
    merchant_part: Mapped[int]

    __table_args__ = (ForeignKeyConstraint(["slot", "refund_id"], ["refund.slot", "refund.id"]),)


class RefundPartRow(sql.Base, sql.ByBuyer):
    """What one source gives back of a refund."""

    __tablename__ = "refund_part"
    __carries_slot__ = ("id", "refund_id")

    id: Mapped[str] = mapped_column(primary_key=True)
    refund_id: Mapped[str]
    user_id: Mapped[str]
    kind: Mapped[str]
    source: Mapped[str]
    attempt_id: Mapped[str]
    channel: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    state: Mapped[str]
    accepted: Mapped[bool]
    tries: Mapped[int]
    next_try_at: Mapped[datetime | None]
    problem: Mapped[str]

    __table_args__ = (
        ForeignKeyConstraint(["slot", "refund_id"], ["refund.slot", "refund.id"]),
        Index("ix_refund_part_refund_id", "refund_id"),
        Index("ix_refund_part_next_try_at", "next_try_at", postgresql_where=text("next_try_at IS NOT NULL")),
        Index(
            "uq_refund_part_in_flight", "slot", "attempt_id", unique=True, postgresql_where=text("state = 'refunding'")
        ),
    )


class RefundSourceRow(sql.Base, sql.ByBuyer):
    """How much a source has paid, and how much of it refunds have asked back."""

    __tablename__ = "refund_source"
    __carries_slot__ = ()

    kind: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    paid: Mapped[int]
    refunded: Mapped[int]
    currency: Mapped[str]
