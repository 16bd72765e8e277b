"""The table of consents. Imported by `store` and by the migrations only."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from mall import sql


class ConsentRow(sql.Base, sql.ByBuyer):
    """A consent given or withdrawn. Rows are appended; no two of a person's have the same version."""

    __tablename__ = "consent"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    version: Mapped[int]
    kind: Mapped[str]
    given: Mapped[bool]
    policy_version: Mapped[str]
    at: Mapped[datetime]
    network: Mapped[str]

    __table_args__ = (Index("uq_consent_version", "slot", "user_id", "version", unique=True),)
