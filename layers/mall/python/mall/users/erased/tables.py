"""The table of those who were erased. Imported by `store` and by the migrations only."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from mall import sql


class ErasedRow(sql.Base, sql.ByBuyer):
    """A person of whom nothing may be stored any more."""

    __tablename__ = "erased_user"

    user_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
