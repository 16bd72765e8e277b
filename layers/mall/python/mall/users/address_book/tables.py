"""The table of the address book. Imported by `store` and by the migrations only."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from mall import sql


class AddressRow(sql.Base, sql.ByBuyer):
    """An address; at most one of a person's rows has `is_default`, which the partial index guarantees."""

    __tablename__ = "address"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    recipient: Mapped[str]
    phone: Mapped[str]
    country: Mapped[str]
    division: Mapped[str]
    region: Mapped[str]
    city: Mapped[str]
    district: Mapped[str]
    lines: Mapped[list[str]]
    postal_code: Mapped[str]
    label: Mapped[str]
    is_default: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_address_user_id", "user_id", "id"),
        Index("uq_address_default", "slot", "user_id", unique=True, postgresql_where=text("is_default")),
    )
