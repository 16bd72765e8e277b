"""The base of every relational table, and the four kinds of table there are.

    class Address(sql.Base, sql.ByBuyer):
        __tablename__ = "address"
        id: Mapped[str] = mapped_column(primary_key=True)
        user_id: Mapped[str]

A sharded table (`ByBuyer`, `ByMerchant`) gets a column `slot`, which is the first part of its primary key and is
filled from the sharding key (`user_id`, `merchant_id`, or what `__shard_key__` names). Its statements find their shard
through any column that carries the slot: `slot` itself, the sharding key, `id`, what `__carries_slot__` names, and the
columns of a foreign key that has `slot` as a part.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, cast

from sqlalchemy import DDL, BigInteger, DateTime, MetaData, SmallInteger, Table, Text, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from mall import errors, ids
from mall.sql.errors import WrongSlot

PARTITIONS = 8
"""Hash partitions (by slot) of a sharded table inside one shard."""

KIND = "mall.kind"


@dataclass(frozen=True)
class Kind:
    """What a table is: its family ("buyer", "merchant", "single", "broadcast") and how its rows find their slot."""

    family: str
    key: str = ""
    carriers: frozenset[str] = frozenset()
    slot_of: Callable[[str], int] = ids.slot_of

    @property
    def sharded(self) -> bool:
        """Whether its rows are divided over the shards."""
        return self.family in ("buyer", "merchant")


class Base(DeclarativeBase):
    """The base of every table; a table also names its kind: ByBuyer, ByMerchant, Single or Broadcast."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        int: BigInteger(),
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
        list[str]: JSONB(),
    }

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        table = cls.__dict__.get("__table__")
        if not isinstance(table, Table):
            return
        family = getattr(cls, "__family__", None)
        if family is None:
            raise TypeError(f"{cls.__name__} names no kind: ByBuyer, ByMerchant, Single or Broadcast")
        if "slot" in table.c and family in ("buyer", "merchant"):
            key = cast("str", cls.__shard_key__)  # type: ignore[attr-defined]
            carriers = {"slot", key, *cls.__carries_slot__}  # type: ignore[attr-defined]
            if key not in table.c:
                raise TypeError(f"{cls.__name__} has no column {key!r}, its sharding key")
            table.info[KIND] = Kind(
                family,
                key,
                frozenset(name for name in carriers if name in table.c),
                cls.__slot_of__,  # type: ignore[attr-defined]
            )
            table.dialect_options["postgresql"]["partition_by"] = "HASH (slot)"
            for number in range(PARTITIONS):
                event.listen(table, "after_create", _partition(table, number))
        else:
            table.info[KIND] = Kind(family)


class _Sharded:
    __shard_key__: ClassVar[str]
    __carries_slot__: ClassVar[tuple[str, ...]] = ("id",)
    __slot_of__: ClassVar[Callable[[str], int]] = staticmethod(ids.slot_of)

    @declared_attr
    def slot(cls) -> Mapped[int]:  # noqa: N805
        """The virtual slot (0-1023) of the row, which says on which shard it lives."""
        return mapped_column(
            SmallInteger(), primary_key=True, autoincrement=False, sort_order=-1, default=_slot_of_insert
        )


class ByBuyer(_Sharded):
    """Rows of a buyer, on the shard of the buyer's slot."""

    __family__: ClassVar[str] = "buyer"
    __shard_key__: ClassVar[str] = "user_id"


class ByMerchant(_Sharded):
    """Rows of a merchant, on the shard of the merchant's slot."""

    __family__: ClassVar[str] = "merchant"
    __shard_key__: ClassVar[str] = "merchant_id"


class Single:
    """Rows that are on shard 0 only: small reference data that needs constraints."""

    __family__: ClassVar[str] = "single"


class Broadcast:
    """Rows that are the same on every shard, to be joined with anything."""

    __family__: ClassVar[str] = "broadcast"


def kind_of(table: Any) -> Kind | None:
    """The kind of a table, or None for one that is not ours."""
    return cast("Kind | None", table.info.get(KIND)) if isinstance(table, Table) else None


def carriers_of(table: Table) -> frozenset[str]:
    """The names of the columns of a sharded table that carry its slot."""
    if table not in _carriers:
        kind = kind_of(table)
        names = set(kind.carriers) if kind is not None else set()
        _carriers[table] = frozenset(names)  # a table that refers to itself ends here
        for constraint in table.foreign_key_constraints:
            pairs = [(element.parent, element.column) for element in constraint.elements]
            if any(ours.name == "slot" and theirs.name == "slot" for ours, theirs in pairs):
                names.update(ours.name for ours, theirs in pairs if theirs.name in carriers_of(theirs.table))
        _carriers[table] = frozenset(names)
    return _carriers[table]


def slot_of_value(kind: Kind, column: str, value: Any) -> int:
    """The slot that `value` of `column` stands for. Raises ids.MalformedId when it carries none."""
    if column == "slot":
        return int(value)
    return kind.slot_of(value)


def slot_of_row(table: Table, kind: Kind, row: dict[str, Any]) -> int:
    """The slot of a row about to be written, from its sharding key. Raises WrongSlot when its ids disagree."""
    key = row.get(kind.key)
    if key is None:
        raise WrongSlot(f"A row of {table.name} needs its sharding key {kind.key}.")
    slot = kind.slot_of(key)
    for name in carriers_of(table):
        value = row.get(name)
        if name == kind.key or value is None:
            continue
        try:
            other = slot_of_value(kind, name, value)
        except errors.Invalid:
            other = None
        if other != slot:
            raise WrongSlot(f"{table.name}.{name} of this row does not carry the slot of its {kind.key}.")
    return slot


def _slot_of_insert(context: Any) -> int:
    row = context.get_current_parameters()
    table = context.compiled.compile_state.dml_table
    kind = kind_of(table)
    if kind is None:
        raise WrongSlot(f"{table.name} is not a sharded table.")
    return slot_of_row(table, kind, row)


def _partition(table: Table, number: int) -> DDL:
    return DDL(  # type: ignore[no-untyped-call]
        f'CREATE TABLE IF NOT EXISTS "{table.name}_p{number}" PARTITION OF "{table.name}" '
        f"FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number})"
    )


_carriers: dict[Table, frozenset[str]] = {}
