"""A merchant that takes something off: lower only, explained, and paid anew."""

import pytest

from mall import sql
from mall.money import Money
from mall.orders import store
from mall.orders.model import Actor, NotYours, Order, Refused, Side, Stage
from mall.orders.pricing import service
from mall.payments import service as payments
from mall.payments.model import IntentState
from tests.fixtures.buying import Mall

CLERK = Actor(Side.MERCHANT, "usr_clerk")


def modify(mall: Mall, order: Order, cents: int, by: Actor = CLERK) -> Order:
    return service.modify_price(mall.user_id, order.id, Money(cents), by=by, note="a regular")


def test_everything_that_adds_up_to_the_payment_is_changed_at_once(mall: Mall) -> None:
    trade = mall.open(mall.tea.wish(1), mall.red.wish(2), mall.cups.wish(1))
    order = next(one for one in mall.orders(trade) if len(one.lines) == 2)
    off = Money(1_001)

    changed = modify(mall, order, (order.payable - off).cents)

    now = mall.trade(trade)
    assert (changed.payable, now.total) == (order.payable - off, trade.total - off)
    assert {one.number: one.merchant_part for line in changed.lines for one in line.discounts}
    assert sum((line.discount for line in changed.lines), start=Money(0)) == off
    assert now.intent_id not in (None, trade.intent_id)
    assert payments.get_intent(str(now.intent_id)).amount == now.due
    assert trade.intent_id is not None
    assert payments.get_intent(trade.intent_id).state is IntentState.CLOSED
    mall.deliver()
    assert mall.trade(trade).stage is Stage.AWAITING_PAYMENT
    with sql.session(key=mall.user_id) as session:
        assert [one.act for one in store.history(session, mall.user_id, order.id)] == ["create", "modify_price"]
        assert store.order(session, mall.user_id, order.id) == changed
    mall.check()


def test_it_may_be_lowered_again_down_to_nothing_which_pays_it(mall: Mall) -> None:
    trade = mall.open()
    modify(mall, mall.order(trade), 10_000)

    modify(mall, mall.order(trade), 0)

    assert mall.trade(trade).stage is Stage.PAID
    assert mall.order(trade).payable == Money(0)
    mall.check()


@pytest.mark.parametrize("cents", [12_800, 12_801])
def test_it_is_never_raised(mall: Mall, cents: int) -> None:
    with pytest.raises(Refused) as refused:
        modify(mall, mall.order(mall.open()), cents)
    assert refused.value.details["reason"] == "not_lower"


def test_what_the_wallet_holds_is_not_taken_off(mall: Mall) -> None:
    mall.fill(5_000)
    trade = mall.open(wallet=5_000)

    with pytest.raises(Refused):
        modify(mall, mall.order(trade), 4_999)
    modify(mall, mall.order(trade), 5_000)

    assert mall.trade(trade).stage is Stage.PAID
    mall.check()


def test_what_is_paid_keeps_its_price_even_if_nobody_has_heard(mall: Mall) -> None:
    trade = mall.open()
    mall.pay(trade)

    with pytest.raises(Refused) as refused:
        modify(mall, mall.order(trade), 1)

    assert refused.value.details["reason"] == "not_shipped"
    assert mall.order(trade).payable == Money(12_800)


def test_a_buyer_makes_no_prices(mall: Mall) -> None:
    with pytest.raises(NotYours):
        modify(mall, mall.order(mall.open()), 1, by=Actor(Side.BUYER, mall.user_id))
