"""The read model for merchants."""

from collections.abc import Callable
from typing import Any

from mall import sql
from mall.orders import store
from mall.orders.model import Status
from mall.orders.reading import store as reading
from mall.orders.reading.store import OrderItem
from tests.fixtures.buying import Mall

Run = Callable[..., Any]


def item(merchant_id: str, order_id: str) -> OrderItem:
    return OrderItem.get(merchant_id, order_id)


def test_a_merchant_finds_its_orders_by_status(mall: Mall) -> None:
    waiting, paid = mall.open(mall.tea.wish(1)), mall.buy(mall.tea.wish(1), mall.cups.wish(1))
    mall.deliver()
    merchant = mall.tea.product.merchant_id

    found = {status: list(OrderItem.of_status.query(f"{merchant}#{status.value}")) for status in Status}

    assert [one.id for one in found[Status.PENDING_PAYMENT]] == [mall.order(waiting).id]
    order = next(one for one in mall.orders(paid) if one.merchant_id == merchant)
    assert [one.id for one in found[Status.PAID]] == [order.id]
    here = item(merchant, order.id)
    assert (here.version, here.payable, here.earned) == (2, 12_800, 12_800)
    assert [one["quantity"] for one in here.lines] == [1]
    assert "李雷" not in str(here.to_simple_dict())


def test_of_two_versions_the_later_stays_whatever_comes_last(mall: Mall) -> None:
    trade = mall.open()
    before = mall.order(trade)
    mall.pay(trade)
    mall.deliver()

    assert not reading.put(before)
    assert item(before.merchant_id, before.id).status == "paid"
    with sql.session(key=mall.user_id) as session:
        assert not reading.put(store.order(session, mall.user_id, before.id))
