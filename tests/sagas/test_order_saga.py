"""The saga of a trade: whatever fails, comes twice or late, money and stock are conserved and the trade ends."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from mall import clock
from mall.inventory import service as inventory
from mall.orders import rules
from mall.orders.model import SYSTEM, Actor, Refused, Side, Stage, Status, Trade
from mall.orders.paying import service as paying
from mall.orders.sweeping import service as sweeping
from tests.fixtures import buying, stacks
from tests.fixtures.aws import _environment
from tests.fixtures.buying import Mall
from tests.functional.orders import vouchers
from tests.sagas.runner import Delay, Fail, Fault, Kill, Meanwhile, Repeat, Sagas

RESERVE, OPEN, CONFIRM = "inventory.reserve_stock", "orders.open_payment", "orders.confirm_payment"
CHECK, CLOSE = "orders.check_deadline", "orders.close_payment"
RELEASE, GIVE_UP = "inventory.release_stock", "orders.give_up_trade"
FORWARD = [RESERVE, OPEN, CONFIRM]
BACKWARD = [CLOSE, RELEASE, GIVE_UP]
FOREVER = range(1, 999)


@pytest.fixture
def mall(database: list[str], run: Callable[..., Any]) -> Mall:
    return buying.opened(run, slot=9)


def paid(mall: Mall, trade: Trade, after: float = 60, *, heard: bool = True) -> Meanwhile:
    """The buyer pays; unless `heard`, the news of it is still on its way."""

    def act() -> None:
        mall.pay(trade)
        if heard:
            mall.deliver("payments.PaymentSucceeded")

    return Meanwhile(after, act)


def cancelled(mall: Mall, trade: Trade, after: float = 60) -> Meanwhile:
    """The buyer cancels."""
    return Meanwhile(
        after, lambda: paying.cancel(mall.user_id, trade.id, by=Actor(Side.BUYER, mall.user_id), reason="changed_mind")
    )


def settle(mall: Mall, trade: Trade) -> Stage:
    """Let the sweep and the bus do what is left to do, and hold what is always true."""
    later = max(clock.now(), mall.trade(trade).pay_deadline) + rules.HOLD_GRACE
    mall.deliver()
    with clock.at(later):
        for _ in range(3):
            sweeping.sweep(0)
            mall.deliver()
    mall.check()
    stage = mall.trade(trade).stage
    assert stage in (Stage.PAID, Stage.CANCELLED)
    return stage


def stock_of(mall: Mall, trade: Trade) -> None:
    """Hold that the stock is what it was, less what a paid trade holds or has taken."""
    sold = mall.trade(trade).stage is Stage.PAID
    wanted = {line.sku_id: line.quantity for order in mall.orders(trade) for line in order.lines}
    for good in (mall.tea, mall.red, mall.cups):
        available, _ = mall.stock(good)
        assert available == good.stock - (wanted.get(good.sku_id, 0) if sold else 0)


# --- the way forward


def test_a_trade_that_is_paid_holds_sells_and_earns(sagas: Sagas, mall: Mall) -> None:
    trade = mall.place([mall.tea.wish(2), mall.red.wish(1)])

    run = sagas.run("order_saga", mall.given(trade), meanwhile=[paid(mall, trade)])

    assert run.succeeded, run.cause
    assert run.tasks == FORWARD
    assert mall.trade(trade).stage is Stage.PAID
    order = mall.order(trade)
    assert order.status is Status.PAID
    books = buying.balances()
    assert books[f"merchant:{order.merchant_id}:pending", "CNY"] == -trade.total.cents
    assert books["channel:stripe:clearing", "CNY"] == trade.total.cents
    assert settle(mall, trade) is Stage.PAID
    stock_of(mall, trade)


def test_several_merchants_have_an_order_each_and_one_payment(sagas: Sagas, mall: Mall) -> None:
    trade = mall.place([mall.tea.wish(1), mall.cups.wish(2), mall.red.wish(1)])

    run = sagas.run("order_saga", mall.given(trade), meanwhile=[paid(mall, trade)])

    assert run.succeeded, run.cause
    orders = mall.orders(trade)
    assert {order.merchant_id for order in orders} == {mall.tea.product.merchant_id, mall.cups.product.merchant_id}
    books = buying.balances()
    for order in orders:
        assert books[f"merchant:{order.merchant_id}:pending", "CNY"] == -order.payable.cents
    assert sum(order.payable.cents for order in orders) == trade.total.cents
    assert settle(mall, trade) is Stage.PAID
    stock_of(mall, trade)


@pytest.mark.parametrize("wallet", [5_000, 12_800])
def test_the_wallet_pays_a_part_or_all_and_then_nothing_is_waited_for(sagas: Sagas, mall: Mall, wallet: int) -> None:
    mall.fill(20_000)
    trade = mall.place([mall.tea.wish(1)], wallet=wallet, proven=True)

    run = sagas.run("order_saga", mall.given(trade), meanwhile=[paid(mall, trade)] if wallet < 12_800 else [])

    assert run.succeeded, run.cause
    assert run.tasks == FORWARD
    assert mall.trade(trade).stage is Stage.PAID
    assert mall.balance() == (20_000 - wallet, 0)
    assert settle(mall, trade) is Stage.PAID


def test_a_payment_of_which_nobody_heard_is_found_when_the_time_is_over(sagas: Sagas, mall: Mall) -> None:
    trade = mall.place([mall.tea.wish(1)])

    run = sagas.run("order_saga", mall.given(trade), meanwhile=[paid(mall, trade, heard=False)])

    assert run.succeeded, run.cause
    assert run.tasks == [RESERVE, OPEN, CHECK, CLOSE, CONFIRM]
    assert mall.trade(trade).stage is Stage.PAID
    assert settle(mall, trade) is Stage.PAID
    stock_of(mall, trade)


def test_a_postponed_trade_is_waited_for_again(sagas: Sagas, mall: Mall) -> None:
    trade = mall.place([mall.tea.wish(1)])
    meanwhile = [
        Meanwhile(600, lambda: paying.postpone(mall.user_id, trade.id)),
        paid(mall, trade, after=3 * 3600 - 2400),
    ]

    run = sagas.run("order_saga", mall.given(trade), meanwhile=meanwhile)

    assert run.succeeded, run.cause
    assert run.tasks == [RESERVE, OPEN, CHECK, OPEN, CONFIRM]
    assert mall.trade(trade).stage is Stage.PAID
    assert settle(mall, trade) is Stage.PAID


def test_a_wait_that_does_not_come_about_for_a_while_is_tried_until_the_deadline(sagas: Sagas, mall: Mall) -> None:
    trade = mall.place([mall.tea.wish(1)])
    meanwhile = [
        Meanwhile(600, lambda: paying.postpone(mall.user_id, trade.id)),
        paid(mall, trade, after=3 * 3600 - 2400),
    ]
    faults = [Fail(OPEN, "Retryable", attempts=range(2, 14))]

    run = sagas.run("order_saga", mall.given(trade), *faults, meanwhile=meanwhile)

    assert run.succeeded, run.cause
    assert run.tasks == [RESERVE, OPEN, CHECK, *[OPEN] * 9, CHECK, *[OPEN] * 4, CONFIRM]
    assert mall.trade(trade).stage is Stage.PAID
    assert settle(mall, trade) is Stage.PAID


# --- the ways back


def test_what_is_not_paid_in_time_is_given_back(sagas: Sagas, mall: Mall) -> None:
    mall.fill(5_000)
    trade = mall.place([mall.tea.wish(2), mall.cups.wish(1)], wallet=5_000, proven=True)

    run = sagas.run("order_saga", mall.given(trade))

    assert run.succeeded, run.cause
    assert run.tasks == [RESERVE, OPEN, CHECK, *BACKWARD]
    assert (mall.trade(trade).stage, mall.trade(trade).reason) == (Stage.CANCELLED, "expired")
    assert mall.balance() == (5_000, 0)
    assert {order.status for order in mall.orders(trade)} == {Status.CANCELLED}
    stock_of(mall, trade)
    assert settle(mall, trade) is Stage.CANCELLED


def test_what_its_buyer_cancels_is_given_back(sagas: Sagas, mall: Mall) -> None:
    trade = mall.place([mall.tea.wish(2)])

    run = sagas.run("order_saga", mall.given(trade), meanwhile=[cancelled(mall, trade)])

    assert run.succeeded, run.cause
    assert run.tasks == [RESERVE, OPEN, *BACKWARD]
    assert mall.trade(trade).reason == "changed_mind"
    stock_of(mall, trade)
    assert settle(mall, trade) is Stage.CANCELLED


def test_a_payment_beats_a_cancellation_that_comes_a_moment_later(sagas: Sagas, mall: Mall) -> None:
    trade = mall.place([mall.tea.wish(1)])

    run = sagas.run(
        "order_saga", mall.given(trade), meanwhile=[paid(mall, trade, heard=False), cancelled(mall, trade, after=61)]
    )

    assert run.succeeded, run.cause
    assert mall.trade(trade).stage is Stage.PAID
    assert settle(mall, trade) is Stage.PAID


def test_what_is_sold_out_is_never_asked_to_be_paid(sagas: Sagas, mall: Mall) -> None:
    first, second = mall.place([mall.red.wish(2), mall.tea.wish(1)]), mall.place([mall.red.wish(2), mall.tea.wish(1)])
    sagas.run("order_saga", mall.given(first), meanwhile=[paid(mall, first)])

    run = sagas.run("order_saga", mall.given(second))

    assert run.succeeded, run.cause
    assert run.tasks == [RESERVE, GIVE_UP]
    assert (mall.trade(second).stage, mall.trade(second).reason) == (Stage.CANCELLED, "SoldOut")
    assert mall.trade(second).intent_id is None
    assert settle(mall, second) is Stage.CANCELLED
    assert mall.stock(mall.tea)[0] == 9


def test_a_wallet_that_was_spent_meanwhile_gives_everything_back(sagas: Sagas, mall: Mall) -> None:
    mall.fill(5_000)
    first, second = (mall.place([mall.tea.wish(1)], wallet=5_000, proven=True) for _ in range(2))
    sagas.run("order_saga", mall.given(first), meanwhile=[paid(mall, first)])

    run = sagas.run("order_saga", mall.given(second))

    assert run.succeeded, run.cause
    assert run.tasks == [RESERVE, OPEN, *BACKWARD]
    assert mall.trade(second).reason == "WalletTooLow"
    assert settle(mall, second) is Stage.CANCELLED
    stock_of(mall, first)


def test_a_trade_that_is_cancelled_while_its_stock_is_reserved_opens_no_payment(
    aws: stacks.Mall, mall: Mall, database: list[str]
) -> None:
    trade = mall.place([mall.tea.wish(1)])
    seen: list[str] = []

    @contextmanager
    def environment(task: str) -> Iterator[None]:
        if task == RESERVE and not seen:
            seen.append(task)
            paying.cancel(mall.user_id, trade.id, by=SYSTEM, reason="changed_mind")
        with _environment(aws.environments.get(task)):
            yield

    run = Sagas(environment=environment).run("order_saga", mall.given(trade))

    assert run.succeeded, run.cause
    assert run.tasks == [RESERVE, OPEN, *BACKWARD]
    assert mall.trade(trade).reason == "changed_mind"
    stock_of(mall, trade)
    assert settle(mall, trade) is Stage.CANCELLED


@pytest.mark.parametrize("ends", ["paid", "cancelled"])
def test_what_ends_before_it_is_waited_for_again_is_not_waited_for(
    aws: stacks.Mall, mall: Mall, database: list[str], ends: str
) -> None:
    trade = mall.place([mall.tea.wish(1)])
    happening = paid(mall, trade) if ends == "paid" else cancelled(mall, trade)
    seen: list[str] = []

    @contextmanager
    def environment(task: str) -> Iterator[None]:
        seen.append(task)
        if seen.count(OPEN) == 2 and task == OPEN:
            happening.act()
        with _environment(aws.environments.get(task)):
            yield

    # The payment is open, and whoever was to wait for it has died.
    run = Sagas(environment=environment).run("order_saga", mall.given(trade), Kill(OPEN, -1))

    assert run.succeeded, run.cause
    assert run.tasks == [RESERVE, OPEN, OPEN, *([CONFIRM] if ends == "paid" else BACKWARD)]
    assert settle(mall, trade) is (Stage.PAID if ends == "paid" else Stage.CANCELLED)
    stock_of(mall, trade)


def test_money_that_comes_after_the_end_is_nobodys_order(sagas: Sagas, mall: Mall) -> None:
    trade = mall.place([mall.tea.wish(1)])
    attempts: list[Any] = []
    meanwhile = [Meanwhile(60, lambda: attempts.append(mall.attempt(trade)))]
    closed = sagas.run("order_saga", mall.given(trade), Repeat(CLOSE), meanwhile=meanwhile)
    assert closed.succeeded, closed.cause
    assert mall.trade(trade).stage is Stage.CANCELLED

    mall.report(attempts[0])
    mall.deliver("payments.PaymentSucceeded", "payments.PaymentUnwanted")

    assert mall.trade(trade).stage is Stage.CANCELLED
    assert settle(mall, trade) is Stage.CANCELLED
    stock_of(mall, trade)


@pytest.mark.parametrize("pays", [True, False])
def test_what_a_trade_spends_besides_money_is_spent_or_given_back(sagas: Sagas, mall: Mall, pays: bool) -> None:
    with vouchers.declared() as held:
        trade = mall.spending({"voucher": "v1"})
        for line in mall.order(trade).lines:
            inventory.open(mall.order(trade).merchant_id, line.product_id, {line.sku_id: 5})
        run = sagas.run("order_saga", mall.given(trade), meanwhile=[paid(mall, trade)] if pays else [])

    assert run.succeeded, run.cause
    assert held.states == {(trade.id, "v1"): "captured" if pays else "released"}
    assert ("orders.hold_benefits" in run.tasks, "orders.release_benefits" in run.tasks) == (True, not pays)


def test_a_benefit_that_was_spent_ends_the_trade_before_it_is_paid(sagas: Sagas, mall: Mall) -> None:
    with vouchers.declared():
        first, second = (mall.spending({"voucher": "v1"}) for _ in range(2))
        for trade in (first, second):
            for line in mall.order(trade).lines:
                inventory.open(mall.order(trade).merchant_id, line.product_id, {line.sku_id: 5})
        paying.hold_benefits(mall.user_id, first.id)
        run = sagas.run("order_saga", mall.given(second))

    assert run.succeeded, run.cause
    assert run.tasks == [RESERVE, "orders.hold_benefits", "orders.release_benefits", RELEASE, GIVE_UP]
    assert mall.trade(second).reason == "VoucherSpent"


# --- faults


@pytest.mark.parametrize("task", FORWARD)
def test_a_task_killed_before_at_and_after_its_write_is_repeated(sagas: Sagas, mall: Mall, task: str) -> None:
    mall.fill(10_000)
    probe = mall.place([mall.tea.wish(1)], wallet=100, proven=True)
    steps = sagas.run("order_saga", mall.given(probe), meanwhile=[paid(mall, probe)]).steps[task]

    # After one write and before the next is the same to everybody else.
    for step in (*range(0, steps + 1, 2), -1):
        trade = mall.place([mall.tea.wish(1), mall.cups.wish(1)], wallet=100, proven=True)
        run = sagas.run("order_saga", mall.given(trade), Kill(task, step), meanwhile=[paid(mall, trade)])

        assert run.succeeded, (step, run.cause)
        assert mall.trade(trade).stage is Stage.PAID, (step, run.tasks)
        assert settle(mall, trade) is Stage.PAID
        inventory_back(mall, trade)


def test_what_the_wallet_pays_whole_goes_on_wherever_its_opening_is_killed(sagas: Sagas, mall: Mall) -> None:
    mall.fill(200_000)
    probe = mall.place([mall.cups.wish(1)], wallet=mall.cups.price.cents, proven=True)
    steps = sagas.run("order_saga", mall.given(probe)).steps[OPEN]

    for step in (*range(0, steps + 1, 2), -1):
        trade = mall.place([mall.cups.wish(1)], wallet=mall.cups.price.cents, proven=True)
        run = sagas.run("order_saga", mall.given(trade), Kill(OPEN, step))

        assert run.succeeded, (step, run.cause)
        assert run.tasks == [RESERVE, OPEN, OPEN, CONFIRM], step
        assert mall.trade(trade).stage is Stage.PAID
    assert settle(mall, trade) is Stage.PAID


def inventory_back(mall: Mall, trade: Trade) -> None:
    """Fill the shelves again, so that each round begins with the same."""
    for good in (mall.tea, mall.red, mall.cups):
        inventory.set_available(
            good.product.merchant_id, good.product.id, {good.sku_id: good.stock}, by="test", reason="next round"
        )


@pytest.mark.parametrize("task", [CLOSE, RELEASE, GIVE_UP])
def test_undoing_that_is_killed_anywhere_goes_on(sagas: Sagas, mall: Mall, task: str) -> None:
    mall.fill(5_000)
    probe = mall.place([mall.tea.wish(1)], wallet=1_000, proven=True)
    steps = sagas.run("order_saga", mall.given(probe)).steps[task]
    mall.deliver()

    # After one write and before the next is the same to everybody else.
    for step in (*range(0, steps + 1, 2), -1):
        trade = mall.place([mall.tea.wish(1)], wallet=1_000, proven=True)
        run = sagas.run("order_saga", mall.given(trade), Kill(task, step))

        assert run.succeeded, (step, run.cause)
        assert settle(mall, trade) is Stage.CANCELLED
        stock_of(mall, trade)
        assert mall.balance() == (5_000, 0)


@pytest.mark.parametrize("task", [RESERVE, OPEN])
@pytest.mark.parametrize("after", [False, True])
def test_when_a_task_fails_for_good_everything_is_undone(sagas: Sagas, mall: Mall, task: str, after: bool) -> None:
    mall.fill(1_000)
    trade = mall.place([mall.tea.wish(1)], wallet=1_000, proven=True)

    run = sagas.run("order_saga", mall.given(trade), Fail(task, after=after, attempts=FOREVER))

    assert run.succeeded, run.cause
    assert run.tasks[-2:] == [RELEASE, GIVE_UP]
    assert settle(mall, trade) is Stage.CANCELLED
    assert mall.balance() == (1_000, 0)
    stock_of(mall, trade)


@pytest.mark.parametrize("task", [RESERVE, OPEN])
def test_a_task_that_runs_when_all_is_over_changes_nothing(sagas: Sagas, mall: Mall, task: str) -> None:
    mall.fill(1_000)
    trade = mall.place([mall.tea.wish(1)], wallet=1_000, proven=True)

    run = sagas.run("order_saga", mall.given(trade), Delay(task, attempts=FOREVER))

    assert run.succeeded, run.cause
    assert run.late
    assert settle(mall, trade) is Stage.CANCELLED
    assert mall.balance() == (1_000, 0)
    stock_of(mall, trade)


@pytest.mark.parametrize(("calls", "opened"), [(0, True), (1, False), (2, False)])
def test_an_opening_that_is_late_is_waited_for_or_undone(sagas: Sagas, mall: Mall, calls: int, opened: bool) -> None:
    mall.fill(1_000)
    trade = mall.place([mall.tea.wish(1)], wallet=1_000, proven=True)

    # It happens before the deadline is looked at, or after.
    run = sagas.run("order_saga", mall.given(trade), Delay(OPEN, calls=calls), meanwhile=[paid(mall, trade)])

    assert run.succeeded, run.cause
    assert run.tasks == [RESERVE, OPEN, CHECK, *([OPEN, CONFIRM] if opened else BACKWARD)]
    assert settle(mall, trade) is (Stage.PAID if opened else Stage.CANCELLED)
    assert mall.balance() == (0 if opened else 1_000, 0)
    stock_of(mall, trade)


def test_a_workflow_that_is_lost_is_done_without(mall: Mall) -> None:
    trade = mall.place([mall.tea.wish(1)])
    assert inventory.stock_of(mall.tea.sku_id) is not None

    # Its saga never ran: the sweep starts it, and gives the trade up when that does not help.
    with clock.at(trade.created_at + rules.START_AGAIN):
        assert sweeping.sweep(0) == 1
    with clock.at(trade.created_at + rules.GIVE_UP_PLACING + rules.START_AGAIN):
        sweeping.sweep(0)

    assert (mall.trade(trade).stage, mall.trade(trade).reason) == (Stage.CANCELLED, "not_placed")
    mall.check()


def test_a_trade_whose_workflow_died_while_it_waits_is_paid_or_expires_without(sagas: Sagas, mall: Mall) -> None:
    trades = [mall.place([mall.tea.wish(1)]) for _ in range(2)]
    for trade in trades:
        given = mall.given(trade)
        inventory.reserve_trade(given)
        paying.open_payment(mall.user_id, trade.id, given["lines"], buying.TOKEN)

    mall.pay(trades[0])
    mall.deliver("payments.PaymentSucceeded")

    assert mall.trade(trades[0]).stage is Stage.PAID
    assert settle(mall, trades[1]) is Stage.CANCELLED
    assert settle(mall, trades[0]) is Stage.PAID


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_in_whatever_order_the_end_is_sound(sagas: Sagas, mall: Mall, seed: int) -> None:
    chance = random.Random(seed)
    mall.fill(chance.choice([0, 400, 50_000]) or 1)
    wishes = [
        good.wish(chance.randint(1, 2)) for good in chance.sample([mall.tea, mall.red, mall.cups], chance.randint(1, 3))
    ]
    trade = mall.place(wishes, wallet=chance.choice([0, 0, 500, 2_000]), proven=True)
    tasks = [*FORWARD, *BACKWARD, CHECK]
    kinds: list[Callable[[str], Fault]] = [
        Repeat,
        lambda task: Kill(task, chance.randrange(8), attempts=chance.choice([(1,), (1, 2)])),
        lambda task: Delay(task, calls=chance.choice([None, 1, 2, 4])),
        lambda task: Fail(task, after=chance.random() < 0.5, attempts=chance.choice([(1,), (1, 2)])),
    ]
    faults = [chance.choice(kinds)(task) for task in chance.sample(tasks, chance.randint(1, 4))]
    happenings: list[Callable[[float], Meanwhile]] = [
        lambda after: paid(mall, trade, after, heard=chance.random() < 0.6),
        lambda after: cancelled(mall, trade, after),
        lambda after: Meanwhile(after, lambda: _postpone(mall, trade)),
        lambda after: Meanwhile(after, lambda: sweeping.sweep(0)),
        lambda after: Meanwhile(after, mall.deliver),
    ]
    meanwhile = [
        _unless_it_cannot(chance.choice(happenings)(chance.uniform(1, 2400))) for _ in range(chance.randint(0, 4))
    ]

    run = sagas.run("order_saga", mall.given(trade), *faults, meanwhile=meanwhile)

    assert run.succeeded, (faults, run.cause)
    settle(mall, trade)
    stock_of(mall, trade)


def _unless_it_cannot(happening: Meanwhile) -> Meanwhile:
    """The same, where somebody who does not wait to be able to just does nothing."""

    def act() -> None:
        # Not to be paid or postponed yet, or not any more.
        with suppress(Refused, AssertionError):
            happening.act()

    return Meanwhile(happening.after, act)


def _postpone(mall: Mall, trade: Trade) -> None:
    paying.postpone(mall.user_id, trade.id)
