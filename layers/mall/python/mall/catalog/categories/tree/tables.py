"""The tables of categories. Imported by `store` and by the migrations only."""

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from mall import sql


class CategoryRow(sql.Base, sql.Single):
    """A category."""

    __tablename__ = "category"

    id: Mapped[str] = mapped_column(primary_key=True)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("category.id"), index=True)
    slug: Mapped[str]
    name: Mapped[dict[str, Any]]
    description: Mapped[dict[str, Any]]
    position: Mapped[int]
    state: Mapped[str]
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("category.id"))
    version: Mapped[int]


class AttributeRow(sql.Base, sql.Single):
    """An attribute that a category adds to its template, or replaces in it."""

    __tablename__ = "category_attribute"

    category_id: Mapped[str] = mapped_column(ForeignKey("category.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    definition: Mapped[dict[str, Any]]


class RevisionRow(sql.Base, sql.Single):
    """How often the tree was changed. Whoever changes it holds this row, so changes come one after the other."""

    __tablename__ = "category_revision"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]
