"""The tables of wallets. Imported by `store` and by the migrations only."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from mall import sql


class WalletRow(sql.Base, sql.ByBuyer):
    """Somebody's wallet; neither what can be spent nor what is held is ever below zero."""

    __tablename__ = "wallet"
    __carries_slot__ = ("user_id",)

    user_id: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str]
    balance: Mapped[int]
    held: Mapped[int]
    spent_on: Mapped[date]
    spent: Mapped[int]
    password_hash: Mapped[str]
    failures: Mapped[int]
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class HoldRow(sql.Base, sql.ByBuyer):
    """What a wallet holds, or held, for a trade: one a trade."""

    __tablename__ = "wallet_hold"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    trade_id: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index("uq_wallet_hold_trade_id", "slot", "trade_id", unique=True),)


class WalletEntryRow(sql.Base, sql.ByBuyer):
    """A line of a wallet's history: what changed, and what could be spent then."""

    __tablename__ = "wallet_entry"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    key: Mapped[str]
    kind: Mapped[str]
    reference: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    balance: Mapped[int]
    created_at: Mapped[datetime]

    __table_args__ = (
        Index("uq_wallet_entry_key", "slot", "key", unique=True),
        Index("ix_wallet_entry_user_id", "user_id", "id"),
    )
