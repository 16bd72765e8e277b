"""Sums of movements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mall.inventory.model import Counter, Movement, Stock


@dataclass(frozen=True, slots=True)
class Sums:
    """What a SKU's movements up to `until` (an id) add up to in each warehouse, and at which versions that was so."""

    until: str = ""
    sums: Mapping[str, Counter] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)
    # What all of its movements added up to then, also those after `until`.
    whole: Mapping[str, Counter] = field(default_factory=dict)

    def added(self, movements: Iterable[Movement], until: str, versions: Mapping[str, int]) -> "Sums":
        """The same after these movements, of which those up to `until` need not be read again."""
        sums, whole = dict(self.sums), dict(self.sums)
        for movement in movements:
            moved = Counter(movement.on_hand - movement.reserved, movement.reserved)
            whole[movement.warehouse] = whole.get(movement.warehouse, Counter()) + moved
            if movement.id <= until:
                sums[movement.warehouse] = sums.get(movement.warehouse, Counter()) + moved
        return Sums(max(self.until, until), sums, dict(versions), whole)


@dataclass(frozen=True, slots=True)
class Difference:
    """A SKU's counters in a warehouse, and what its movements add up to instead."""

    sku_id: str
    warehouse: str
    counter: Counter
    moved: Counter


def differences(stock: Stock, moved: Mapping[str, Counter]) -> list[Difference]:
    """Where the counters are not what the movements add up to."""
    there = stock.in_warehouses()
    return [
        Difference(stock.sku_id, warehouse, there.get(warehouse, Counter()), moved.get(warehouse, Counter()))
        for warehouse in sorted({*there, *moved})
        if there.get(warehouse, Counter()) != moved.get(warehouse, Counter())
    ]
