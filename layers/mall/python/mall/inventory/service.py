"""The use cases of stock: what orders do with it, and what others of the mall say and ask of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from mall import clock, errors, events
from mall.inventory import counting, reserving, settling, spreading, store
from mall.inventory.model import NotReserved, Stock, Wanted
from mall.inventory.writing import Action, Item
from mall.observability import count, logger

# --- what the catalog says


def open(merchant_id: str, product_id: str, stock: Mapping[str, int]) -> None:
    """Begin the stock of SKUs, with so many of each; those that have one keep it. Raises StockBusy."""
    counting.open(merchant_id, product_id, stock)


def set_available(merchant_id: str, product_id: str, stock: Mapping[str, int], *, by: str, reason: str) -> None:
    """Let so many of each SKU be there to be sold; what orders hold is theirs. Repeating it changes nothing.

    Raises NoSuchStock for the SKU of another merchant, or StockBusy.
    """
    counting.set_available(merchant_id, product_id, stock, by=by, reason=reason)


# --- what carts and pages ask


def available(sku_ids: Iterable[str]) -> dict[str, int]:
    """How many of each SKU can be sold, by one reading; nothing of what is not known."""
    wanted = list(sku_ids)
    return available_in(store.read("stock", store.keys_of(wanted)), wanted)


def keys_of(sku_ids: Iterable[str]) -> list[Item]:
    """What to read of the table `stock` (see `mall.reading`), for who reads other things as well, to be `available`."""
    return store.keys_of(sku_ids)


def available_in(items: Iterable[Item], sku_ids: Iterable[str]) -> dict[str, int]:
    """What `available` says, of items that were read by `keys_of`."""
    found = store.found_in(items)
    found |= store.load_whole(found.values())
    return {sku_id: found[sku_id].total.available if sku_id in found else 0 for sku_id in sku_ids}


# --- what orders do


def reserve(
    trade_id: str, user_id: str, wanted: Sequence[Wanted], *, until: datetime, unless_undone: Action | None = None
) -> None:
    """Hold all that is wanted for the orders of a trade `until` then, or nothing of it.

    Repeating it changes nothing. `unless_undone` is done with each of its transactions, and fails where the trade was
    given up meanwhile: then nothing is held either. Raises SoldOut or LimitReached, which name the SKUs in `skus`;
    StockBusy when too many want the same at once; ReservationOver when an order held it before and gave it back; and
    AlreadyUndone.
    """
    lines = reserving.lines_of(wanted)
    attempt = reserving.Attempt(trade_id, user_id, until, lines, unless_undone)
    try:
        attempt.run()
    except errors.MallError as refusal:
        left = {line.wanted for line in attempt.todo}
        reserved = dict[str, set[str]]()
        for line in lines:
            if line.wanted not in left:
                reserved.setdefault(line.wanted.order_id, set()).add(line.wanted.sku_id)
        settling.undo(reserved)
        logger.info("stock not reserved", trade_id=trade_id, reason=refusal.code, undone=len(reserved))
        raise
    finally:
        spreading.felt(attempt.conflicts)
    logger.info("stock reserved", trade_id=trade_id, skus=len(lines), until=until.isoformat())


def reserve_trade(trade: Mapping[str, Any], *, unless_undone: Action | None = None) -> dict[str, int]:
    """`reserve` for the saga: `trade_id`, `user_id`, `until` and `lines` of order_id, sku_id, quantity and limit."""
    wanted = [Wanted(line["order_id"], line["sku_id"], line["quantity"], line.get("limit")) for line in trade["lines"]]
    until = datetime.fromisoformat(trade["until"])
    reserve(trade["trade_id"], trade["user_id"], wanted, until=until, unless_undone=unless_undone)
    return {"reserved": len(wanted)}


def release_trade(trade: Mapping[str, Any]) -> dict[str, int]:
    """`release` for the saga, of the orders in the same input."""
    order_ids = sorted({line["order_id"] for line in trade["lines"]})
    for order_id in order_ids:
        release(order_id, str(trade.get("reason") or "the trade was not concluded"))
    return {"released": len(order_ids)}


def commit(order_id: str) -> None:
    """Sell what an order holds: it is no longer on hand. Repeating it changes nothing.

    Raises NotReserved where the stock is not held any more (or never was), or StockBusy.
    """
    settling.commit(order_id)
    logger.info("stock committed", order_id=order_id)


def release(order_id: str, reason: str) -> None:
    """Give back what an order holds. Where it holds nothing, nothing happens. Raises StockBusy."""
    known = settling.release(order_id, reason)
    logger.info("stock released", order_id=order_id, skus=len(known), reason=reason)


def expire(order_id: str) -> None:
    """Give back what an order may hold no longer; what it holds in time stays. Raises StockBusy."""
    settling.expire(order_id, clock.now())


def extend(order_id: str, until: datetime) -> None:
    """Hold what an order holds until then; an earlier time changes nothing. Raises NotReserved or StockBusy."""
    settling.extend(order_id, until)


def restock(order_id: str, quantities: Mapping[str, int], *, key: str) -> None:
    """Put back so many of each SKU that were sold to an order: it was cancelled, or the goods came back.

    With the same `key` it happens once. Raises RestockedTooMuch or StockBusy.
    """
    settling.restock(order_id, quantities, key=key)
    logger.info("stock came back", order_id=order_id, skus=len(quantities))


def order_paid(event: events.Event) -> None:
    """Take in `orders.OrderPaid`. Raises StockBusy."""
    try:
        commit(event.data["order_id"])
    except NotReserved:
        # Trying again would not help. Somebody has to see to it: the metric raises an alarm.
        logger.error("paid without stock", order_id=event.data["order_id"])
        count("PaidWithoutStock")


def order_cancelled(event: events.Event) -> None:
    """Take in `orders.OrderCancelled`: what was not paid is given back, what was paid comes back if it is said to.

    Raises StockBusy or RestockedTooMuch.
    """
    said = event.data
    if not said["was_paid"]:
        release(said["order_id"], said["reason"])
    elif said["restock"]:
        quantities: dict[str, int] = {}
        for line in said["lines"]:
            quantities[line["sku_id"]] = quantities.get(line["sku_id"], 0) + line["quantity"]
        restock(said["order_id"], quantities, key=f"cancelled#{said['order_id']}")


# --- what others see


def stock_of(sku_id: str) -> Stock | None:
    """All that is known of a SKU's stock; None where it has none."""
    return stock_of_many([sku_id]).get(sku_id)


def stock_of_many(sku_ids: Iterable[str]) -> dict[str, Stock]:
    """All that is known of the stock of those of the SKUs that have any."""
    found = store.load_many(sku_ids)
    return found | store.load_whole(found.values())
