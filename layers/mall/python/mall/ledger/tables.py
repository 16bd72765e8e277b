"""The tables of the ledger. Imported by `store` and by the migrations only."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from mall import sql


class TransactionRow(sql.Base, sql.ByBuyer):
    """A business event that moved money."""

    __tablename__ = "ledger_transaction"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    key: Mapped[str]
    kind: Mapped[str]
    reference: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (
        Index("uq_ledger_transaction_key", "slot", "key", unique=True),
        Index("ix_ledger_transaction_reference", "reference"),
    )


class EntryRow(sql.Base, sql.ByBuyer):
    """An amount above zero, out of the account `credit` and into the account `debit`."""

    __tablename__ = "ledger_entry"
    __carries_slot__ = ("transaction_id",)

    transaction_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[str]
    debit: Mapped[str]
    credit: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]

    __table_args__ = (
        ForeignKeyConstraint(["slot", "transaction_id"], ["ledger_transaction.slot", "ledger_transaction.id"]),
        Index("ix_ledger_entry_debit", "debit", "transaction_id"),
        Index("ix_ledger_entry_credit", "credit", "transaction_id"),
    )
