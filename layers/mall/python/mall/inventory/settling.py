"""What becomes of what an order holds: it is sold, given back, or held for longer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from mall import clock, ids
from mall.inventory import store, writing
from mall.inventory.model import (
    OWN,
    Counter,
    Kind,
    Movement,
    NotReserved,
    Reservation,
    RestockedTooMuch,
    State,
    StockBusy,
    slice_of,
)
from mall.inventory.reserving import by_bucket, by_warehouse, pause
from mall.inventory.store import Reason
from mall.inventory.writing import Action, number, text

ATTEMPTS = 12
_NOT_ALL = "not all that was wanted could be reserved"
Which = Callable[[Reservation], bool]


def commit(order_id: str) -> None:
    """Take what an order holds out of the stock: it is sold. Raises NotReserved or StockBusy."""
    known = _close(order_id, Kind.SALE, State.COMMITTED)
    if not known or any(one.state is not State.COMMITTED for one in known):
        raise NotReserved(order_id=order_id)


def release(order_id: str, reason: str) -> list[Reservation]:
    """Give back what an order holds, and say what became of all that it ever held. Raises StockBusy."""
    return _close(order_id, Kind.RELEASE, State.RELEASED, reason=reason)


def expire(order_id: str, now: datetime) -> None:
    """Give back what an order may hold no longer. Raises StockBusy."""
    _close(order_id, Kind.EXPIRY, State.RELEASED, which=lambda one: one.until < now, before=now)


def undo(orders: Mapping[str, set[str]]) -> None:
    """Give back what was just reserved of these SKUs, as if it never had been; its movements stay."""
    for order_id, sku_ids in orders.items():
        _close(order_id, Kind.RELEASE, None, reason=_NOT_ALL, which=partial(_is_of, sku_ids))


def _is_of(sku_ids: set[str], one: Reservation) -> bool:
    return one.sku_id in sku_ids


def extend(order_id: str, until: datetime) -> None:
    """Hold what an order holds until then, if that is later. Raises NotReserved or StockBusy."""
    for failures in range(ATTEMPTS):
        known = store.reservations(order_id)
        if not known or any(one.state is State.RELEASED for one in known):
            raise NotReserved(order_id=order_id)
        todo = [one for one in known if one.state is State.HELD and one.until < until]
        if all(store.transact(actions) is None for actions in _portions(todo, lambda one: [_later(one, until)])):
            return
        pause(failures)
    raise StockBusy


def restock(order_id: str, quantities: Mapping[str, int], *, key: str) -> None:
    """Put back what was sold to an order, once for each `key`. Raises RestockedTooMuch or StockBusy.

    What the order still holds is sold first; what it gave back before does not come back again.
    """
    known = {one.sku_id: one for one in _close(order_id, Kind.SALE, State.COMMITTED)}
    for failures in range(ATTEMPTS):
        todo = [
            one
            for sku_id, one in sorted(known.items())
            if quantities.get(sku_id) and one.state is State.COMMITTED and key not in one.restocks
        ]
        too_much = [one.sku_id for one in todo if one.restocked + quantities[one.sku_id] > one.quantity]
        if too_much or any(quantity < 0 for quantity in quantities.values()):
            raise RestockedTooMuch(order_id=order_id, sku_ids=too_much)
        portions = _portions(todo, lambda one: _back(one, quantities[one.sku_id], key))
        if all(store.transact(actions) is None for actions in portions):
            return
        pause(failures)
        known = {one.sku_id: one for one in store.reservations(order_id)}
    raise StockBusy


def _close(
    order_id: str,
    kind: Kind,
    state: State | None,
    *,
    reason: str = "",
    which: Which = lambda one: True,
    before: datetime | None = None,
) -> list[Reservation]:
    """Close what the order holds, and say how all its reservations are then; without a `state` they are forgotten."""
    for failures in range(ATTEMPTS):
        known = store.reservations(order_id)
        todo = [one for one in known if one.state is State.HELD and which(one)]
        done = set[str]()
        folded = set[str]()
        for some in _lots(todo):
            done |= _close_some(some, kind, state, reason, before, folded)
        if len(done) == len(todo):
            return [replace(one, state=state or State.RELEASED) if one.sku_id in done else one for one in known]
        pause(failures)
    raise StockBusy


def _close_some(
    some: Sequence[Reservation],
    kind: Kind,
    state: State | None,
    reason: str,
    before: datetime | None,
    folded: set[str],
) -> set[str]:
    """Close some of an order's reservations in one transaction; the SKUs of which that succeeded."""
    for _ in range(2):
        actions = [(one, action) for one in some for action in _closing(one, kind, state, reason, before, folded)]
        reasons = store.transact([action for _, action in actions])
        if reasons is None:
            return {one.sku_id for one in some}
        gone = {
            one.sku_id
            for (one, action), why in zip(actions, reasons, strict=True)
            if _lost_bucket(action, why) and one.sku_id not in folded
        }
        if not gone:
            break
        # A bucket that is no more has left its counters to the SKU's own item.
        folded |= gone
    return set()


def _lost_bucket(action: Action, why: Reason) -> bool:
    return why.failed and not why.item and "#" in action.get("Update", {}).get("Key", {}).get("id", {}).get("S", "")


def _closing(
    one: Reservation, kind: Kind, state: State | None, reason: str, before: datetime | None, folded: set[str]
) -> list[Action]:
    back = 0 if kind is Kind.SALE else 1
    parts = one.parts if one.sku_id not in folded else [replace(part, bucket=OWN) for part in one.parts]
    actions = [_moved_on(one, state, before)]
    for bucket, taken in by_bucket(parts).items():
        changes = {warehouse: Counter(back * quantity, -quantity) for warehouse, quantity in taken.items()}
        actions.append(writing.change(one.sku_id, bucket, changes))
    for warehouse, quantity in by_warehouse(parts).items():
        actions.append(_movement(one, kind, warehouse, (back - 1) * quantity, -quantity, reason))
    if one.limited and back:
        actions.append(writing.share(one.user_id, one.sku_id, -one.quantity))
    return actions


def _moved_on(one: Reservation, state: State | None, before: datetime | None) -> Action:
    if state is None:
        return writing.reservation_delete(one)
    values = {":held": text(State.HELD.value), ":state": text(state.value)}
    names = {"#state": "state", "#shard": "held"}
    condition = "#state = :held"
    if before is not None:
        condition += " AND #until < :before"
        names["#until"] = "until"
        values[":before"] = text(writing.moment(before))
    return writing.reservation_update(one, "SET #state = :state REMOVE #shard", condition, names=names, values=values)


def _later(one: Reservation, until: datetime) -> Action:
    return writing.reservation_update(
        one,
        "SET #until = :until",
        "#state = :held AND #until < :until",
        names={"#state": "state", "#until": "until"},
        values={":held": text(State.HELD.value), ":until": text(writing.moment(until))},
    )


def _back(one: Reservation, quantity: int, key: str) -> list[Action]:
    """What was sold comes back, to where it was taken from."""
    returned = by_warehouse(slice_of(one.parts, one.restocked, quantity))
    actions = [
        writing.reservation_update(
            one,
            "ADD restocked :more, restocks :keys",
            "#state = :sold AND NOT contains(restocks, :key) AND "
            "(attribute_not_exists(restocked) OR restocked = :before)",
            names={"#state": "state"},
            values={
                ":sold": text(State.COMMITTED.value),
                ":more": number(quantity),
                ":before": number(one.restocked),
                ":key": text(key),
                ":keys": {"SS": [key]},
            },
        ),
        writing.change(one.sku_id, OWN, {warehouse: Counter(some) for warehouse, some in returned.items()}),
    ]
    for warehouse, some in returned.items():
        actions.append(_movement(one, Kind.RESTOCK, warehouse, some, 0, key))
    if one.limited:
        actions.append(writing.share(one.user_id, one.sku_id, -quantity))
    return actions


def _movement(one: Reservation, kind: Kind, warehouse: str, on_hand: int, reserved: int, reason: str) -> Action:
    now = clock.now()
    movement = Movement(
        id=ids.new("mov", at=now),
        sku_id=one.sku_id,
        kind=kind,
        warehouse=warehouse,
        on_hand=on_hand,
        reserved=reserved,
        at=now,
        reference=one.order_id,
        reason=reason,
    )
    return writing.movement_put(movement, one.parts[0].bucket)


def _lots(todo: Sequence[Reservation]) -> list[list[Reservation]]:
    """The reservations in portions that one transaction closes."""
    lots: list[list[Reservation]] = []
    room = 0
    for one in todo:
        needs = 2 + len(by_bucket(one.parts)) + len(by_warehouse(one.parts))
        if needs > room:
            lots.append([])
            room = store.MOST_ACTIONS
        lots[-1].append(one)
        room -= needs
    return lots


def _portions(todo: Sequence[Reservation], act: Callable[[Reservation], list[Action]]) -> list[list[Action]]:
    """The actions on each of the reservations, in portions that one transaction does."""
    portions: list[list[Action]] = []
    for one in todo:
        actions = act(one)
        if not portions or len(portions[-1]) + len(actions) > store.MOST_ACTIONS:
            portions.append([])
        portions[-1] += actions
    return portions
