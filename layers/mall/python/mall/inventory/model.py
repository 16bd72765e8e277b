"""What stock is and which rules it follows: counters, levels, reservations and where an order's stock is taken from."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mall import errors

# The warehouse that every merchant has.
MAIN = "main"
# With so many or fewer left a SKU is low, unless its merchant says otherwise.
LOW = 5
MOST_STOCK = 10**9
MOST_QUANTITY = 10**6
# A bucket that is the SKU's own item.
OWN = ""


class SoldOut(errors.Conflict):
    """Not enough is left; `skus` says of which, how many were wanted and how many there are."""

    message = "There is not enough left of what was asked for."


class LimitReached(errors.Conflict):
    """`skus` says of which SKU, and how many somebody may have at most."""

    message = "Nobody may have more of this."


class NotReserved(errors.Conflict):
    message = "The stock of this order is no longer held."


class ReservationOver(errors.Conflict):
    message = "This order held its stock before, and not in this way. A new try is a new order."


class StockBusy(errors.Unavailable):
    message = "Too many people want this right now. Try again."


class NoSuchStock(errors.NotFound):
    message = "There is no stock of this."


class NotEnoughStock(errors.Conflict):
    message = "So many are not there to be taken away."


class BelowReserved(errors.Conflict):
    """Fewer were counted than orders hold; `reserved` says how many that are."""

    message = "Orders hold more than that. They come first."


class RestockedTooMuch(errors.Conflict):
    message = "More would come back than was sold."


class StockChangedMeanwhile(errors.Conflict):
    message = "Somebody else is changing this stock. Try again."


class Kind(StrEnum):
    """Why counters changed."""

    OPENING = "opening"
    STOCK_TAKE = "stock_take"
    ADJUSTMENT = "adjustment"
    RESERVATION = "reservation"
    RELEASE = "release"
    EXPIRY = "expiry"
    SALE = "sale"
    RESTOCK = "restock"


class State(StrEnum):
    """How a reservation stands."""

    HELD = "held"
    COMMITTED = "committed"
    RELEASED = "released"


class Level(StrEnum):
    """What people are told of how many there are."""

    IN_STOCK = "in_stock"
    LOW = "low"
    OUT = "out"


def level_of(available: int, threshold: int = LOW) -> Level:
    """The level of so many, of which `threshold` or fewer are few."""
    if available <= 0:
        return Level.OUT
    return Level.LOW if available <= threshold else Level.IN_STOCK


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an order wants of a SKU; `limit` is how many of it one person may ever hold and buy (flash sales)."""

    order_id: str
    sku_id: str
    quantity: int
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Counter:
    """How many can be sold and how many orders hold."""

    available: int = 0
    reserved: int = 0

    @property
    def on_hand(self) -> int:
        """How many there are."""
        return self.available + self.reserved

    def __add__(self, other: "Counter") -> "Counter":
        return Counter(self.available + other.available, self.reserved + other.reserved)


@dataclass(frozen=True, slots=True)
class Part:
    """So many of a SKU, in a warehouse, at a counter (`bucket`)."""

    bucket: str
    warehouse: str
    quantity: int


Place = tuple[str, str]
"""A bucket and a warehouse."""


@dataclass(frozen=True, slots=True)
class Stock:
    """A SKU's counters by bucket and warehouse, as they were seen at one moment."""

    sku_id: str
    merchant_id: str = ""
    product_id: str = ""
    counters: Mapping[Place, Counter] = field(default_factory=dict)
    low: int | None = None
    # Whether it lies anywhere but in the main warehouse.
    many: bool = False
    # The buckets that there are besides the SKU's own item are `<epoch>.1` to `<epoch>.<buckets - 1>`.
    buckets: int = 1
    epoch: int = 0
    widest: int = 1
    # The last movement by which the merchant said what there is.
    adjusted: str = ""
    versions: Mapping[str, int] = field(default_factory=dict)
    # Whether all of a divided SKU was seen at one moment, and not one bucket after the other.
    exact: bool = False

    @property
    def known(self) -> bool:
        """Whether there is such a SKU at all."""
        return OWN in self.versions

    @property
    def total(self) -> Counter:
        """All of it."""
        return sum(self.counters.values(), Counter())

    @property
    def threshold(self) -> int:
        """With so many or fewer left it is low."""
        return LOW if self.low is None else self.low

    @property
    def level(self) -> Level:
        """What people are told of it."""
        return level_of(self.total.available, self.threshold)

    @property
    def names(self) -> list[str]:
        """Its buckets, the SKU's own item first."""
        return names_of(self.epoch, self.buckets)

    def in_warehouses(self) -> dict[str, Counter]:
        """The counters of each warehouse."""
        found: dict[str, Counter] = {}
        for (_, warehouse), counter in self.counters.items():
            found[warehouse] = found.get(warehouse, Counter()) + counter
        return found


def names_of(epoch: int, buckets: int) -> list[str]:
    """The names of so many buckets, the SKU's own item first."""
    return [OWN, *(f"{epoch}.{number}" for number in range(1, buckets))]


def allocate(
    stock: Stock, quantity: int, order: Sequence[str], chance: Callable[[list[Place]], Place]
) -> list[Part] | None:
    """Where to take `quantity` from, None where there is not as much.

    `order` is that of the warehouses, the preferred one first. From one counter if it has enough, of which `chance`
    picks one; otherwise from one warehouse; otherwise from all of them.
    """
    ranked = sorted(stock.in_warehouses(), key=lambda warehouse: _rank(order, warehouse))
    for warehouse in ranked:
        enough = [
            place
            for place, counter in stock.counters.items()
            if place[1] == warehouse and counter.available >= quantity
        ]
        if enough:
            return [Part(*chance(enough), quantity)]
    for warehouse in ranked:
        parts = take(stock, quantity, [warehouse])
        if parts is not None:
            return parts
    return take(stock, quantity, ranked)


def take(stock: Stock, quantity: int, warehouses: Iterable[str]) -> list[Part] | None:
    """`quantity` out of what these warehouses have, the fullest counters first; None where that is too little."""
    parts: list[Part] = []
    for warehouse in warehouses:
        filled = sorted(
            ((counter.available, place) for place, counter in stock.counters.items() if place[1] == warehouse),
            reverse=True,
        )
        for available, place in filled:
            some = min(available, quantity)
            if some > 0:
                parts.append(Part(*place, some))
                quantity -= some
    return None if quantity else parts


def slice_of(parts: Iterable[Part], start: int, quantity: int) -> list[Part]:
    """`quantity` out of the parts, after the first `start`."""
    found: list[Part] = []
    for part in parts:
        skipped = min(part.quantity, start)
        some = min(part.quantity - skipped, quantity)
        start -= skipped
        if some > 0:
            found.append(Part(part.bucket, part.warehouse, some))
            quantity -= some
    return found


def spread(quantity: int, over: Sequence[str]) -> dict[str, int]:
    """`quantity` divided as evenly as it goes."""
    each, more = divmod(quantity, len(over))
    return {name: each + (number < more) for number, name in enumerate(over)}


def _rank(order: Sequence[str], warehouse: str) -> tuple[int, str]:
    return (order.index(warehouse) if warehouse in order else len(order), warehouse)


@dataclass(frozen=True, slots=True)
class Reservation:
    """What an order holds, or held, of a SKU."""

    order_id: str
    sku_id: str
    trade_id: str
    user_id: str
    quantity: int
    parts: tuple[Part, ...]
    state: State
    until: datetime
    limited: bool = False
    restocked: int = 0
    restocks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Movement:
    """A change of the counters of a SKU in a warehouse: so many more (or fewer) on hand and reserved."""

    id: str
    sku_id: str
    kind: Kind
    warehouse: str
    on_hand: int
    reserved: int
    at: datetime
    reference: str = ""
    by: str = ""
    reason: str = ""
