"""Having orders sent to another of one's addresses, and forgetting them in the end."""

from itertools import groupby

from mall import clock, sql
from mall.observability import logger
from mall.orders import rules, store
from mall.orders import service as orders
from mall.orders.addresses.model import reduced, snapshot
from mall.orders.life import service as life
from mall.orders.model import SYSTEM, Actor, Order, Side, Status
from mall.orders.rules import Act
from mall.orders.shipping import service as shipping
from mall.orders.showing import Picture
from mall.users.address_book import service as book

_AT_ONCE = 100
_FINISHED = [status for rule in rules.RULES if rule.act is Act.FORGET_ADDRESS for status in Status if status in rule.of]
_UNFINISHED = [status for status in Status if status not in _FINISHED]


def change(user_id: str, order_id: str, address_id: str) -> Picture:
    """Have an order sent to another address of its buyer's; to the one that it has already, nothing changes.

    Raises OrderNotFound, AddressNotFound, Refused.
    """
    with sql.session(key=user_id) as session:
        store.order(session, user_id, order_id)
    address = snapshot(book.get(user_id, address_id))
    shipping.modify_address(user_id, order_id, address, by=Actor(Side.BUYER, user_id))
    return orders.show_order(user_id, order_id)


def forget(user_id: str) -> bool:
    """Reduce the addresses of somebody's finished orders to where that was; whether some are not finished yet."""
    # Looked for first: what is finished meanwhile is found below.
    with sql.session(key=user_id) as session:
        waiting = bool(store.listed(session, user_id, statuses=_UNFINISHED, limit=1, after=None, hidden=True))
    total = 0
    while forgotten := sql.retrying(lambda session: _forget(session, user_id), key=user_id):
        total += forgotten
    logger.info("addresses of orders forgotten", user_id=user_id, orders=total, waiting=waiting)
    return waiting


def _forget(session: sql.Session, user_id: str) -> int:
    """Reduce some addresses, one change for all orders that went to one place."""
    found = store.addressed(session, user_id, _FINISHED, _AT_ONCE)
    for _, some in groupby(sorted(found, key=_place), key=_place):
        orders = list(some)
        life.change(session, orders, Act.FORGET_ADDRESS, SYSTEM, at=clock.now(), address=reduced(orders[0].address))
    return len(found)


def _place(order: Order) -> tuple[str, ...]:
    return tuple(str(value) for value in reduced(order.address).values())
