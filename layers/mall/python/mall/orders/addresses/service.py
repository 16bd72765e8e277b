"""Having orders sent to another of one's addresses."""

from mall import sql
from mall.orders import service as orders
from mall.orders import store
from mall.orders.addresses.model import snapshot
from mall.orders.model import Actor, Side
from mall.orders.shipping import service as shipping
from mall.orders.showing import Picture
from mall.users.address_book import service as book


def change(user_id: str, order_id: str, address_id: str) -> Picture:
    """Have an order sent to another address of its buyer's; to the one that it has already, nothing changes.

    Raises OrderNotFound, AddressNotFound, Refused.
    """
    with sql.session(key=user_id) as session:
        store.order(session, user_id, order_id)
    address = snapshot(book.get(user_id, address_id))
    shipping.modify_address(user_id, order_id, address, by=Actor(Side.BUYER, user_id))
    return orders.show_order(user_id, order_id)
