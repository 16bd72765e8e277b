"""Money goes into wallets, is held for trades, given away or given back, and never more than there is."""

from datetime import timedelta
from typing import Any

import pytest

from mall import clock, errors
from mall.money import Money
from mall.wallet import model, service
from mall.wallet.model import HeldOtherwise, HoldEnded, NoSuchHold, WalletLimitReached, WalletTooLow
from tests.functional.wallet import acts
from tests.functional.wallet.acts import stands

pytestmark = pytest.mark.usefixtures("database")


def test_nobody_has_a_wallet_until_money_comes_in() -> None:
    me = acts.buyer()
    assert stands(me) == (0, 0)

    acts.credit(me, 5000)

    assert stands(me) == (5000, 0)


def test_the_same_credit_comes_once() -> None:
    me = acts.buyer()

    assert [acts.credit(me, 5000, "pay_1"), acts.credit(me, 5000, "pay_1")] == [True, False]

    assert stands(me) == (5000, 0)


def test_a_hold_sets_aside_and_a_release_brings_back() -> None:
    me = acts.buyer()
    trade = acts.trade_of(me)
    acts.credit(me, 5000)

    acts.hold(me, trade, 3000)
    held = stands(me)
    acts.release(me, trade)

    assert held == (2000, 3000)
    assert stands(me) == (5000, 0)


def test_a_captured_hold_is_gone() -> None:
    me = acts.buyer()
    trade = acts.trade_of(me)
    acts.credit(me, 5000)
    acts.hold(me, trade, 3000)

    assert acts.capture(me, trade) == Money(3000)

    assert stands(me) == (2000, 0)


def test_each_act_on_a_trade_has_effect_once() -> None:
    me = acts.buyer()
    kept, returned = acts.trade_of(me), acts.trade_of(me)
    acts.credit(me, 5000)

    assert acts.hold(me, kept, 3000) == acts.hold(me, kept, 3000)
    acts.hold(me, returned, 1000)
    for _ in range(2):
        acts.release(me, returned)
        assert acts.capture(me, kept) == Money(3000)
    acts.hold(me, kept, 3000)

    assert stands(me) == (2000, 0)


def test_nothing_is_held_that_is_not_there() -> None:
    me, stranger = acts.buyer(), acts.buyer()
    acts.credit(me, 5000)

    with pytest.raises(WalletTooLow) as refused:
        acts.hold(me, acts.trade_of(me), 5001)
    with pytest.raises(WalletTooLow):
        acts.hold(stranger, acts.trade_of(stranger), 1)

    assert refused.value.details == {"balance": 5000, "wanted": 5001, "currency": "CNY"}
    assert stands(me) == (5000, 0)


def test_what_is_held_cannot_be_spent_twice() -> None:
    me = acts.buyer()
    acts.credit(me, 5000)
    acts.hold(me, acts.trade_of(me), 3000)

    with pytest.raises(WalletTooLow):
        acts.hold(me, acts.trade_of(me), 2001)


def test_a_hold_that_ended_does_not_begin_again() -> None:
    me = acts.buyer()
    kept, returned = acts.trade_of(me), acts.trade_of(me)
    acts.credit(me, 5000)
    acts.hold(me, kept, 1000)
    acts.hold(me, returned, 1000)
    acts.capture(me, kept)
    acts.release(me, returned)

    for refused in (
        lambda: acts.hold(me, returned, 1000),
        lambda: acts.capture(me, returned),
        lambda: acts.release(me, kept),
    ):
        with pytest.raises(HoldEnded):
            refused()

    assert stands(me) == (4000, 0)


def test_a_trade_has_one_hold_of_one_amount() -> None:
    me = acts.buyer()
    trade = acts.trade_of(me)
    acts.credit(me, 5000)
    acts.hold(me, trade, 1000)

    with pytest.raises(HeldOtherwise):
        acts.hold(me, trade, 1001)


def test_a_trade_without_a_hold_is_released_in_peace_and_never_captured() -> None:
    me = acts.buyer()
    acts.credit(me, 5000)

    acts.release(me, acts.trade_of(me))
    with pytest.raises(NoSuchHold):
        acts.capture(me, acts.trade_of(me))


def test_nobody_touches_the_hold_of_another() -> None:
    me = acts.buyer(3)
    neighbour = acts.buyer(3)  # in the same slot
    trade = acts.trade_of(me)
    acts.credit(me, 5000)
    acts.credit(neighbour, 5000)
    acts.hold(me, trade, 1000)

    acts.release(neighbour, trade)
    with pytest.raises(NoSuchHold):
        acts.capture(neighbour, trade)

    assert stands(me) == (4000, 1000)


def test_a_day_has_a_limit_of_spending_which_a_returned_payment_gives_back() -> None:
    me = acts.buyer()
    most = model.MOST_SPENT_A_DAY.cents
    acts.credit(me, 2 * most)
    trade = acts.trade_of(me)
    acts.hold(me, trade, most)

    with pytest.raises(WalletLimitReached):
        acts.hold(me, acts.trade_of(me), 1)
    with clock.at(clock.now() + timedelta(days=1)):
        tomorrow = acts.trade_of(me)
        acts.hold(me, tomorrow, 1)
        acts.release(me, trade)
        spent_tomorrow = service.balance(me).spent_today
        acts.release(me, tomorrow)

    assert spent_tomorrow == Money(1)
    assert stands(me) == (2 * most, 0)


def test_a_payment_that_was_returned_can_be_spent_again_the_same_day() -> None:
    me = acts.buyer()
    most = model.MOST_SPENT_A_DAY.cents
    acts.credit(me, most)
    trade = acts.trade_of(me)
    acts.hold(me, trade, most)
    acts.release(me, trade)

    acts.hold(me, acts.trade_of(me), most)

    assert service.balance(me).spent_today == model.MOST_SPENT_A_DAY


def test_money_that_comes_is_credited_beyond_every_limit() -> None:
    me = acts.buyer()

    acts.credit(me, model.HIGHEST_BALANCE.cents + 1, kind="refund")

    assert stands(me) == (model.HIGHEST_BALANCE.cents + 1, 0)


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_and_less_is_neither_held_nor_credited(amount: int) -> None:
    me = acts.buyer()
    acts.credit(me, 5000)

    for refused in (lambda: acts.hold(me, acts.trade_of(me), amount), lambda: acts.credit(me, amount)):
        with pytest.raises(errors.Invalid):
            refused()

    assert stands(me) == (5000, 0)


def test_the_last_money_is_held_once_however_many_want_it(race: Any) -> None:
    me = acts.buyer()
    acts.credit(me, 5000)

    results = race([(acts.hold, me, acts.trade_of(me), 3000) for _ in range(4)])

    assert sum(isinstance(result, WalletTooLow) for result in results) == 3
    assert stands(me) == (2000, 3000)


def test_of_capture_and_release_at_once_one_happens(race: Any) -> None:
    me = acts.buyer()
    trade = acts.trade_of(me)
    acts.credit(me, 5000)
    acts.hold(me, trade, 3000)

    results = race([(acts.capture, me, trade), (acts.release, me, trade)] * 2)

    assert sum(isinstance(result, HoldEnded) for result in results) == 2
    assert stands(me) in {(2000, 0), (5000, 0)}


def test_the_same_hold_at_once_is_one(race: Any) -> None:
    me = acts.buyer()
    trade = acts.trade_of(me)
    acts.credit(me, 5000)

    results = race([(acts.hold, me, trade, 3000)] * 4)

    assert len({result.id for result in results}) == 1
    assert stands(me) == (2000, 3000)


def test_first_credits_at_once_all_come_in(race: Any) -> None:
    me = acts.buyer()

    results = race([(acts.credit, me, 1000, "pay_1"), (acts.credit, me, 100, "pay_2")] * 2)

    assert sorted(results) == [False, False, True, True]
    assert stands(me) == (1100, 0)
