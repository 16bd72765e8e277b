"""What merchants do with orders, before they have endpoints for it."""

from datetime import timedelta

import pytest

from mall import clock
from mall.orders import rules
from mall.orders.model import Actor, NotYours, Refused, Side, Status
from mall.orders.shipping import service
from tests.fixtures.buying import Mall

CLERK, BUYER = Actor(Side.MERCHANT, "usr_clerk"), Actor(Side.BUYER, "usr_x")


def test_the_shipping_is_postponed_twice_by_a_week_at_most(mall: Mall) -> None:
    trade = mall.buy(mall.tea.wish(1))
    order, due = mall.order(trade), clock.now() + rules.LASTS[rules.Kind.SHIP]

    with pytest.raises(Refused, match="not later"):
        service.postpone_ship(mall.user_id, order.id, due - timedelta(hours=1), by=CLERK, reason="x")
    with pytest.raises(Refused, match="too late"):
        service.postpone_ship(mall.user_id, order.id, due + timedelta(days=8), by=CLERK, reason="x")
    with pytest.raises(NotYours):
        service.postpone_ship(mall.user_id, order.id, due + timedelta(days=1), by=BUYER, reason="x")
    for days in (6, 12):
        order = service.postpone_ship(mall.user_id, order.id, due + timedelta(days=days), by=CLERK, reason="x")
    assert order.ship_postponed == 2
    with pytest.raises(Refused, match="as often"):
        service.postpone_ship(mall.user_id, order.id, due + timedelta(days=13), by=CLERK, reason="x")


@pytest.mark.parametrize("by", [CLERK, BUYER])
def test_the_address_is_changed_until_something_is_sent(mall: Mall, by: Actor) -> None:
    trade = mall.buy(mall.tea.wish(1))
    order = mall.order(trade)

    changed = service.modify_address(mall.user_id, order.id, {**order.address, "recipient": "韩梅梅"}, by=by)
    mall.ship(changed)

    assert mall.order(trade).address["recipient"] == "韩梅梅"
    with pytest.raises(Refused):
        service.modify_address(mall.user_id, order.id, order.address, by=by)


def test_what_is_not_paid_or_being_cancelled_is_not_sent(mall: Mall) -> None:
    from mall.orders.cancelling import service as cancelling

    unpaid, leaving = mall.order(mall.open()), mall.order(mall.buy(mall.tea.wish(1)))
    cancelling.request(mall.user_id, leaving.id, by=Actor(Side.BUYER, mall.user_id), reason="x")

    for order in (unpaid, leaving):
        with pytest.raises(Refused):
            mall.ship(order)
    assert mall.order(mall.trade_of(leaving)).status is Status.CANCELLING
