"""What merchants say there is: the first stock of a SKU, adjustments, and counts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from mall import clock, ids
from mall.inventory import store, writing
from mall.inventory.model import (
    MAIN,
    OWN,
    BelowReserved,
    Counter,
    Kind,
    Movement,
    NoSuchStock,
    NotEnoughStock,
    Part,
    Stock,
    StockBusy,
    StockChangedMeanwhile,
    spread,
    take,
)
from mall.inventory.reserving import by_bucket, by_warehouse, order_of, pause
from mall.inventory.writing import Action, text

ATTEMPTS = 12

Parts = Callable[[Stock], list[Part]]
"""How many more (or fewer) there are, and where; nothing where all is as it should be."""


def open(merchant_id: str, product_id: str, stock: Mapping[str, int]) -> None:
    """Begin the stock of SKUs that have none; of the others nothing changes. Raises StockBusy."""
    todo = sorted(stock)
    for failures in range(ATTEMPTS):
        left: list[str] = []
        for start in range(0, len(todo), store.MOST_ACTIONS // 2):
            some = todo[start : start + store.MOST_ACTIONS // 2]
            actions = [_opened(merchant_id, product_id, sku_id, stock[sku_id]) for sku_id in some]
            reasons = store.transact([action for pair in actions for action in pair])
            # What is there already keeps the others from being begun, too.
            there = {sku_id for sku_id, reason in zip(some, (reasons or [])[::2], strict=False) if reason.failed}
            left += [] if reasons is None else [sku_id for sku_id in some if sku_id not in there]
        if not left:
            return
        todo = left
        if failures:
            pause(failures)
    raise StockBusy


def set_available(merchant_id: str, product_id: str, stock: Mapping[str, int], *, by: str, reason: str) -> None:
    """Let so many of each SKU be there to be sold, whatever orders hold. Raises NoSuchStock or StockBusy.

    A SKU that has no stock yet begins with that.
    """
    todo = dict(stock)
    for failures in range(ATTEMPTS):
        seen = whole(todo)
        fresh = {sku_id: todo[sku_id] for sku_id in todo if sku_id not in seen}
        if fresh:
            open(merchant_id, product_id, fresh)
        actions: dict[str, list[Action]] = {}
        for sku_id, found in seen.items():
            if found is None:
                continue
            _check_owner(found, merchant_id)
            parts = _towards(found, todo[sku_id] - found.total.available)
            if parts:
                actions[sku_id] = changes(found, parts, Kind.STOCK_TAKE, by=by, reason=reason)
        busy = {sku_id for sku_id, found in seen.items() if found is None}
        todo = {sku_id: todo[sku_id] for sku_id in busy | _undone(actions)}
        if not todo:
            return
        pause(failures)
    raise StockBusy


def change(merchant_id: str, sku_id: str, kind: Kind, decide: Parts, *, by: str, reason: str) -> Stock:
    """Change a merchant's own stock as `decide` finds right, and say how it is then.

    Raises NoSuchStock, what `decide` raises, StockChangedMeanwhile or StockBusy.
    """
    busy = False
    for failures in range(ATTEMPTS):
        found = store.load_exactly(sku_id)
        busy = found is None
        if found is not None:
            _check_owner(found, merchant_id)
            parts = decide(found)
            if not parts or store.transact(changes(found, parts, kind, by=by, reason=reason)) is None:
                return _after(found, parts)
        pause(failures)
    raise StockBusy if busy else StockChangedMeanwhile


def adjusted(warehouse: str, by: int) -> Parts:
    """So many more or fewer in a warehouse. Raises NotEnoughStock."""

    def decide(stock: Stock) -> list[Part]:
        if by >= 0:
            return _more(stock, warehouse, by)
        parts = take(stock, -by, [warehouse])
        if parts is None:
            available = stock.in_warehouses().get(warehouse, Counter()).available
            raise NotEnoughStock(sku_id=stock.sku_id, available=available)
        return [Part(part.bucket, part.warehouse, -part.quantity) for part in parts]

    return decide


def counted(warehouse: str, on_hand: int) -> Parts:
    """So many are on hand in a warehouse. Raises BelowReserved."""

    def decide(stock: Stock) -> list[Part]:
        there = stock.in_warehouses().get(warehouse, Counter())
        if on_hand < there.reserved:
            raise BelowReserved(sku_id=stock.sku_id, reserved=there.reserved)
        return adjusted(warehouse, on_hand - there.on_hand)(stock)

    return decide


def whole(sku_ids: Iterable[str]) -> dict[str, Stock | None]:
    """The stock of those of the SKUs that there are, each as it was at one moment.

    None is a divided SKU that others change all the time.
    """
    seen = store.load_many(sku_ids)
    return {
        sku_id: stock if stock.buckets == 1 else store.load_exactly(sku_id, stock) for sku_id, stock in seen.items()
    }


def changes(stock: Stock, parts: Sequence[Part], kind: Kind, *, by: str, reason: str) -> list[Action]:
    """The actions that change the counters by these parts, each time after the last that the merchant said."""
    now = clock.now()
    movements = [
        Movement(
            id=ids.new("mov", at=now),
            sku_id=stock.sku_id,
            kind=kind,
            warehouse=warehouse,
            on_hand=quantity,
            reserved=0,
            at=now,
            by=by,
            reason=reason,
        )
        for warehouse, quantity in by_warehouse(parts).items()
    ]
    set = {"adjusted": text(movements[-1].id)}
    if any(part.warehouse != MAIN for part in parts):
        set["many"] = writing.number(1)
    buckets = {OWN: dict[str, int]()} | by_bucket(parts)
    actions = []
    for bucket, taken in buckets.items():
        counters = {warehouse: Counter(quantity) for warehouse, quantity in taken.items()}
        if bucket == OWN:
            actions.append(
                writing.change(
                    stock.sku_id,
                    OWN,
                    counters,
                    conditions=["#adjusted = :adjusted"],
                    set=set,
                    values={":adjusted": text(stock.adjusted)},
                )
            )
        else:
            actions.append(writing.change(stock.sku_id, bucket, counters))
    return [*actions, *(writing.movement_put(movement) for movement in movements)]


def _towards(stock: Stock, delta: int) -> list[Part]:
    """What makes the stock larger in its preferred warehouse, or smaller wherever there is some."""
    order = order_of(stock)
    if delta >= 0:
        return _more(stock, order[0], delta)
    ranked = [*order, *sorted(set(stock.in_warehouses()) - set(order))]
    return [Part(part.bucket, part.warehouse, -part.quantity) for part in take(stock, -delta, ranked) or ()]


def _more(stock: Stock, warehouse: str, quantity: int) -> list[Part]:
    return [Part(bucket, warehouse, some) for bucket, some in spread(quantity, stock.names).items() if some]


def _undone(actions: Mapping[str, Sequence[Action]]) -> set[str]:
    """Do the actions on each SKU, many of them in one transaction; says on which that did not succeed."""
    undone, lot, size = set[str](), list[str](), 0
    lots = [lot]
    for sku_id, some in actions.items():
        if lot and size + len(some) > store.MOST_ACTIONS:
            lot, size = [], 0
            lots.append(lot)
        lot.append(sku_id)
        size += len(some)
    for lot in lots:
        if lot and store.transact([action for sku_id in lot for action in actions[sku_id]]) is not None:
            undone |= set(lot)
    return undone


def _opened(merchant_id: str, product_id: str, sku_id: str, quantity: int) -> tuple[Action, Action]:
    now: datetime = clock.now()
    movement = Movement(
        id=ids.new("mov", at=now),
        sku_id=sku_id,
        kind=Kind.OPENING,
        warehouse=MAIN,
        on_hand=quantity,
        reserved=0,
        at=now,
    )
    return writing.opening_put(merchant_id, product_id, movement), writing.movement_put(movement)


def _after(stock: Stock, parts: Sequence[Part]) -> Stock:
    counters = dict(stock.counters)
    for part in parts:
        place = (part.bucket, part.warehouse)
        counters[place] = counters.get(place, Counter()) + Counter(part.quantity)
    return Stock(stock.sku_id, stock.merchant_id, stock.product_id, counters, stock.low, versions=stock.versions)


def _check_owner(stock: Stock, merchant_id: str) -> None:
    if not stock.known or stock.merchant_id != merchant_id:
        raise NoSuchStock(sku_id=stock.sku_id)
