"""Holding stock for the orders of a trade, all of it or none.

Each line is a conditional update of a counter, the reservation and its movement, and with a limit the buyer's share.
Where nothing else is known, the stock is guessed to be undivided and in the main warehouse: then one call does it all.
When the guess fails, DynamoDB says with the failure what there is instead, and the next attempt knows.
"""

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from mall import clock, errors, ids
from mall.inventory import store, writing
from mall.inventory.model import (
    MAIN,
    MOST_QUANTITY,
    OWN,
    Counter,
    Kind,
    LimitReached,
    Movement,
    Part,
    Place,
    Reservation,
    ReservationOver,
    SoldOut,
    State,
    Stock,
    StockBusy,
    Wanted,
    allocate,
)
from mall.inventory.store import Reason
from mall.inventory.writing import Action
from mall.saga import AlreadyUndone
from mall.seen import Seen

ATTEMPTS = 12
_KNOWN_SECONDS = 30
_MOST_KNOWN = 5_000
# What was seen of SKUs that are divided, or not in the main warehouse: where to try first, and nothing more.
_known: dict[str, tuple[float, Stock]] = {}
_orders = Seen(store.warehouse_orders, seconds=30)


@dataclass(slots=True, eq=False)
class Line:
    """A line that is still to be reserved, and where it is to be taken from next; `blind` is a guess."""

    wanted: Wanted
    parts: list[Part]
    blind: bool

    @property
    def actions(self) -> int:
        """How many actions it takes."""
        buckets = {part.bucket for part in self.parts}
        warehouses = {part.warehouse for part in self.parts}
        return 1 + (self.wanted.limit is not None) + len(buckets) + len(warehouses)


def lines_of(wanted: Iterable[Wanted]) -> list[Line]:
    """The lines in the order in which everybody takes them. Raises Invalid for what nobody can want."""
    lines: dict[tuple[str, str], Wanted] = {}
    for want in wanted:
        if not 0 < want.quantity <= MOST_QUANTITY:
            raise errors.Invalid(f"A quantity is between 1 and {MOST_QUANTITY}.", sku_id=want.sku_id)
        if (want.sku_id, want.order_id) in lines:
            raise errors.Invalid("An order names a SKU once.", sku_id=want.sku_id)
        lines[want.sku_id, want.order_id] = want
    return [_begin(lines[key]) for key in sorted(lines)]


@dataclass(slots=True)
class Attempt:
    """Reserving lines for somebody; `conflicts` says how often others were in the way of which SKU."""

    trade_id: str
    user_id: str
    until: datetime
    todo: list[Line]
    unless_undone: Action | None = None
    conflicts: dict[str, int] = field(default_factory=dict)

    def run(self) -> None:
        """Reserve what there is to do.

        Raises SoldOut, LimitReached, ReservationOver, AlreadyUndone or StockBusy; what was reserved before is then to
        be given back.
        """
        failures = 0
        while self.todo:
            first = [] if self.unless_undone is None else [self.unless_undone]
            some = _some(self.todo, store.MOST_ACTIONS - len(first))
            actions = [(line, kind, action) for line in some for kind, action in self._actions(line)]
            reasons = store.transact([*first, *(action for _, _, action in actions)])
            if reasons is not None and first and reasons[0].failed:
                raise AlreadyUndone
            if reasons is None:
                self._done(some)
                failures = 0
                continue
            failures += 1
            if any(reason.passing for reason in reasons):
                # What is read afterwards is then as late as it can be.
                pause(failures)
            why = zip(actions, reasons[len(first) :], strict=True)
            self._learn([(line, kind, reason) for (line, kind, _), reason in why])
            if failures == ATTEMPTS:
                raise StockBusy

    def _actions(self, line: Line) -> Iterable[tuple[str, Action]]:
        now, want = clock.now(), line.wanted
        reservation = Reservation(
            order_id=want.order_id,
            sku_id=want.sku_id,
            trade_id=self.trade_id,
            user_id=self.user_id,
            quantity=want.quantity,
            parts=tuple(line.parts),
            state=State.HELD,
            until=self.until,
            limited=want.limit is not None,
        )
        yield "reservation", writing.reservation_put(reservation)
        if want.limit is not None:
            room = want.limit - want.quantity
            yield "limit", writing.share(self.user_id, want.sku_id, want.quantity, most=room)
        guess = ("attribute_not_exists(#buckets)", "attribute_not_exists(#many)") if line.blind else ()
        for bucket, some in by_bucket(line.parts).items():
            changes = {warehouse: Counter(-quantity, quantity) for warehouse, quantity in some.items()}
            yield "counter", writing.change(want.sku_id, bucket, changes, conditions=guess)
        for warehouse, quantity in by_warehouse(line.parts).items():
            movement = Movement(
                id=ids.new("mov", at=now),
                sku_id=want.sku_id,
                kind=Kind.RESERVATION,
                warehouse=warehouse,
                on_hand=0,
                reserved=quantity,
                at=now,
                reference=want.order_id,
            )
            yield "movement", writing.movement_put(movement, line.parts[0].bucket)

    def _done(self, some: Iterable[Line]) -> None:
        gone = set(some)
        self.todo = [line for line in self.todo if line not in gone]

    def _learn(self, why: list[tuple[Line, str, Reason]]) -> None:
        """See to it that the next attempt does better; raises what speaks against one."""
        there = {line for line, kind, reason in why if kind == "reservation" and _is_there(self, line, reason)}
        self._done(there)
        why = [(line, kind, reason) for line, kind, reason in why if line not in there]
        limited = [line.wanted for line, kind, reason in why if kind == "limit" and reason.failed]
        if limited:
            raise LimitReached(skus=[{"sku_id": want.sku_id, "limit": want.limit} for want in limited])
        stocks: dict[Line, Stock] = {}
        for line, kind, reason in why:
            if kind == "counter" and reason.failed and reason.item:
                seen = writing.stock_of(line.wanted.sku_id, [reason.item])
                if seen.known and seen.buckets == 1:
                    stocks[line] = seen
        passing = {line for line, _, reason in why if reason.passing}
        for line in passing:
            sku_id = line.wanted.sku_id
            self.conflicts[sku_id] = self.conflicts.get(sku_id, 0) + 1
        failed = {line for line, kind, reason in why if kind == "counter" and reason.failed}
        stocks |= _read([line for line in failed | passing if line not in stocks])
        sold = [lack for line, stock in stocks.items() if (lack := _plan(line, stock))]
        if sold:
            raise SoldOut(skus=sorted(sold, key=lambda lack: lack["sku_id"]))


def pause(failures: int) -> None:
    """Let others finish what they are at, the longer the more often they were in the way."""
    time.sleep(random.uniform(0, min(0.4, 0.01 * 2**failures)))  # noqa: S311


def by_bucket(parts: Iterable[Part]) -> dict[str, dict[str, int]]:
    """How many are taken from which warehouse, bucket by bucket."""
    found: dict[str, dict[str, int]] = {}
    for part in parts:
        bucket = found.setdefault(part.bucket, {})
        bucket[part.warehouse] = bucket.get(part.warehouse, 0) + part.quantity
    return found


def by_warehouse(parts: Iterable[Part]) -> dict[str, int]:
    """How many are taken from which warehouse."""
    found: dict[str, int] = {}
    for part in parts:
        found[part.warehouse] = found.get(part.warehouse, 0) + part.quantity
    return found


def order_of(stock: Stock) -> tuple[str, ...]:
    """The warehouses of a SKU's merchant, the preferred one first."""
    return (_orders.get(stock.merchant_id) or (MAIN,)) if stock.many else (MAIN,)


def forget() -> None:
    """Know nothing of where anything lies, as a new execution environment does. For tests."""
    _known.clear()
    _orders.clear()


def _begin(want: Wanted) -> Line:
    expires, stock = _known.get(want.sku_id, (0.0, None))
    if stock is not None and expires > time.monotonic():
        parts = allocate(stock, want.quantity, order_of(stock), _chance)
        if parts is not None:
            return Line(want, parts, blind=False)
    return Line(want, [Part(OWN, MAIN, want.quantity)], blind=True)


def _some(todo: list[Line], room: int) -> list[Line]:
    """The next lines that fit into one transaction of so many actions, which changes an item once at most."""
    some: list[Line] = []
    seen = set[str]()
    for line in todo:
        room -= line.actions
        if room < 0:
            break
        if line.wanted.sku_id not in seen:
            seen.add(line.wanted.sku_id)
            some.append(line)
    return some


def _is_there(attempt: Attempt, line: Line, reason: Reason) -> bool:
    """Whether the line is reserved already. Raises ReservationOver where it was, in another way."""
    if not reason.failed:
        return False
    found = writing.reservation_of(reason.item)
    if found.state is State.RELEASED or (found.quantity, found.user_id) != (line.wanted.quantity, attempt.user_id):
        raise ReservationOver(order_id=found.order_id, sku_id=found.sku_id)
    return True


def _read(lines: list[Line]) -> dict[Line, Stock]:
    """The stock of what the lines want; of a divided SKU as it was at one moment, unless others change it just now."""
    found: dict[str, Stock] = {}
    for sku_id in {line.wanted.sku_id for line in lines}:
        known = _known.get(sku_id, (0.0, None))[1]
        if known is not None and known.buckets > 1:
            exactly = store.load_exactly(sku_id, known, tries=1)
            if exactly is not None:
                found[sku_id] = exactly
    left = {line.wanted.sku_id for line in lines} - set(found)
    if left:
        read = store.load_many(left)
        found |= read | store.load_whole(read.values())
    return {line: found.get(line.wanted.sku_id) or Stock(line.wanted.sku_id) for line in lines}


def _plan(line: Line, stock: Stock) -> dict[str, object] | None:
    """Where to take the line from next; what it lacks, where it cannot be."""
    want = line.wanted
    parts = allocate(stock, want.quantity, order_of(stock), _chance)
    if parts is None and stock.buckets > 1 and not stock.exact:
        # The buckets were read one after the other, and something may have moved from one to the other meanwhile.
        exactly = store.load_exactly(want.sku_id, stock)
        if exactly is None:
            return None
        stock = exactly
        parts = allocate(stock, want.quantity, order_of(stock), _chance)
    if parts is None:
        return {"sku_id": want.sku_id, "wanted": want.quantity, "available": stock.total.available}
    line.parts, line.blind = parts, False
    if stock.many or stock.buckets > 1:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[want.sku_id] = (time.monotonic() + _KNOWN_SECONDS, stock)
    return None


def _chance(places: list[Place]) -> Place:
    return random.choice(places)  # noqa: S311
