"""Warehouses, and in which order orders are served from them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from mall import errors
from mall.inventory.model import MAIN

MOST = 20
_NAME = "主仓 Main warehouse"


class NoSuchWarehouse(errors.NotFound):
    message = "There is no such warehouse."


class TooManyWarehouses(errors.Conflict):
    message = f"A merchant has at most {MOST} warehouses."


class WarehousesChanged(errors.Conflict):
    message = "The warehouses were changed meanwhile. Try again."


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A place where stock lies; orders are served from the one with the lowest `priority` first."""

    id: str
    name: str
    priority: int


@dataclass(frozen=True, slots=True)
class Warehouses:
    """A merchant's warehouses in the order in which orders are served from them."""

    merchant_id: str
    all: tuple[Warehouse, ...] = (Warehouse(MAIN, _NAME, 1),)
    version: int = 0

    def get(self, warehouse_id: str) -> Warehouse:
        """One of them. Raises NoSuchWarehouse."""
        for one in self.all:
            if one.id == warehouse_id:
                return one
        raise NoSuchWarehouse

    def with_new(self, id: str, name: str, priority: int | None) -> "Warehouses":
        """They and a new one, which comes last unless told otherwise. Raises TooManyWarehouses."""
        if len(self.all) >= MOST:
            raise TooManyWarehouses
        last = max(one.priority for one in self.all)
        return self._of([*self.all, Warehouse(id, name, last + 1 if priority is None else priority)])

    def changed(self, warehouse_id: str, name: str | None, priority: int | None) -> "Warehouses":
        """They, one of them with another name or priority. Raises NoSuchWarehouse."""
        old = self.get(warehouse_id)
        new = replace(old, name=name or old.name, priority=old.priority if priority is None else priority)
        return self._of(new if one.id == warehouse_id else one for one in self.all)

    def _of(self, all: Iterable[Warehouse]) -> "Warehouses":
        return replace(self, all=tuple(sorted(all, key=lambda one: (one.priority, one.id))))
