"""The tables of payments. Imported by `store` and by the migrations only."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from mall import sql


class IntentRow(sql.Base, sql.ByBuyer):
    """What has to be paid once; one a purpose and reference."""

    __tablename__ = "payment_intent"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    purpose: Mapped[str]
    reference: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    subject: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str]
    expires_at: Mapped[datetime]
    paid_by: Mapped[str]
    paid_at: Mapped[datetime | None]
    refunded: Mapped[int]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("refunded BETWEEN 0 AND amount", name="refunded"),
        Index("uq_payment_intent_reference", "slot", "purpose", "reference", unique=True),
        # Those that nobody closes but we ourselves; a trade's are closed with their trade.
        Index(
            "ix_payment_intent_expired",
            "expires_at",
            postgresql_where=text("state = 'waiting' AND purpose <> 'trade'"),
        ),
    )


class AttemptRow(sql.Base, sql.ByBuyer):
    """A try to pay an intent; at most one that succeeded is not unwanted."""

    __tablename__ = "payment_attempt"
    __carries_slot__: ClassVar[tuple[str, ...]] = ("id", "intent_id")

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    intent_id: Mapped[str]
    channel: Mapped[str]
    method: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    state: Mapped[str]
    action: Mapped[dict[str, Any]]
    trade_no: Mapped[str]
    unwanted: Mapped[str]
    reason: Mapped[str]
    expires_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    next_check_at: Mapped[datetime | None]
    checks: Mapped[int]
    checked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_payment_attempt_intent_id", "intent_id", "id"),
        Index("ix_payment_attempt_next_check_at", "next_check_at", postgresql_where=text("next_check_at IS NOT NULL")),
        Index(
            "uq_payment_attempt_paid",
            "slot",
            "intent_id",
            unique=True,
            postgresql_where=text("state = 'success' AND unwanted = ''"),
        ),
    )


class EventRow(sql.Base, sql.ByBuyer):
    """What a channel said, word for word, and what it meant. `slot` is that of the attempt it speaks of."""

    __tablename__ = "payment_event"
    __shard_key__: ClassVar[str] = "slot"
    __carries_slot__: ClassVar[tuple[str, ...]] = ()
    __slot_of__ = staticmethod(int)

    channel: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    attempt_id: Mapped[str]
    verdict: Mapped[str]
    headers: Mapped[dict[str, Any]]
    body: Mapped[str]
    at: Mapped[datetime]


class ExceptionRow(sql.Base, sql.ByBuyer):
    """What takes a person. `slot` is that of the payment, or any for one that we know nothing of."""

    __tablename__ = "payment_exception"
    __shard_key__: ClassVar[str] = "slot"
    __carries_slot__: ClassVar[tuple[str, ...]] = ()
    __slot_of__ = staticmethod(int)

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    channel: Mapped[str]
    event_id: Mapped[str]
    attempt_id: Mapped[str]
    intent_id: Mapped[str]
    user_id: Mapped[str]
    expected: Mapped[int | None]
    received: Mapped[int | None]
    currency: Mapped[str]
    received_currency: Mapped[str]
    trade_no: Mapped[str]
    details: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str]
    action: Mapped[str]
    reason: Mapped[str]

    __table_args__ = (
        # Said twice (a callback, and an answer when we asked), it is one exception.
        Index("uq_payment_exception_attempt", "slot", "kind", "channel", "attempt_id", "trade_no", unique=True),
        Index("ix_payment_exception_id", "id"),
        Index("ix_payment_exception_open", "id", postgresql_where=text("resolved_at IS NULL")),
    )
