"""The sweep: what is due is done on every shard, in its present version, and never against money."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from mall import clock, sql
from mall.inventory import service as inventory
from mall.orders import rules, store
from mall.orders.deadlines import store as deadlines
from mall.orders.model import Kind, Stage, Status
from mall.orders.sweeping import service
from tests.fixtures import checkout
from tests.fixtures.buying import Mall

Run = Callable[..., Any]


def test_every_shard_is_swept(run: Run, mall: Mall) -> None:
    trades = [checkout.written(checkout.buyer(slot))[0] for slot in (9, 900)]
    for trade in trades:
        with sql.session(key=trade.user_id) as session:
            deadlines.put(session, [(trade.id, Kind.PAY, trade.pay_deadline)], trade.user_id)

    with clock.at(trades[1].pay_deadline):
        assert run("orders.sweep_deadlines", {}) == {"swept": 2}
        assert run("orders.sweep_deadlines", {}) == {"swept": 0}

    for trade in trades:
        with sql.session(key=trade.user_id) as session:
            assert store.trade(session, trade.user_id, trade.id).stage is Stage.CANCELLED


def test_a_trade_with_money_on_it_is_never_cancelled(mall: Mall) -> None:
    trade = mall.open()
    mall.pay(trade)

    with clock.at(trade.pay_deadline + timedelta(hours=1)):
        service.sweep(0)

    assert mall.trade(trade).stage is Stage.PAID
    mall.check()


def test_a_saga_that_was_never_started_is_started(mall: Mall) -> None:
    import boto3

    from mall import config

    client = boto3.client("stepfunctions")
    trade, order = checkout.written(mall.user_id)
    with sql.session(key=mall.user_id) as session:
        due = [(trade.id, Kind.PAY, trade.pay_deadline)]
        deadlines.put(session, due, mall.user_id, look_at=trade.created_at + rules.START_AGAIN)

    with clock.at(trade.created_at + rules.START_AGAIN):
        service.sweep(0)

    runs = client.list_executions(stateMachineArn=config.machine("order_saga"))["executions"]
    assert [run["name"] for run in runs] == [trade.id]
    assert order


def test_an_open_trade_is_looked_at_again_when_it_is_due_and_not_before(mall: Mall) -> None:
    trade = mall.open()

    with clock.at(trade.created_at + rules.START_AGAIN):
        assert service.sweep(0) == 1
    with clock.at(trade.pay_deadline - timedelta(seconds=1)):
        assert service.sweep(0) == 0
    with clock.at(trade.pay_deadline):
        assert service.sweep(0) == 1
    assert mall.trade(trade).stage is Stage.CANCELLED


def test_an_old_version_of_a_deadline_does_nothing(mall: Mall) -> None:
    trade = mall.open()
    claimed = deadlines.claim(0, trade.pay_deadline, 10)
    from mall.orders.paying import service as paying

    paying.postpone(mall.user_id, trade.id)
    with clock.at(trade.pay_deadline):
        for deadline in claimed:
            service._act(deadline)

    assert mall.trade(trade).stage is Stage.AWAITING_PAYMENT


def test_an_order_that_is_not_sent_in_time_is_overdue_once(mall: Mall) -> None:
    trade = mall.buy(mall.tea.wish(1))

    with clock.at(clock.now() + rules.LASTS[Kind.SHIP]):
        service.sweep(0)
        assert mall.order(trade).overdue
        assert service.sweep(0) == 0
    assert mall.order(trade).status is Status.PAID


def test_a_channel_that_does_not_answer_is_asked_again_later(mall: Mall) -> None:
    trade = mall.open()
    mall.attempt(trade, channel="sandbox")

    with clock.at(trade.pay_deadline):
        service.sweep(0)
    undecided = mall.trade(trade)
    with sql.session(key=mall.user_id) as session:
        due = deadlines.current(session, trade.id, Kind.PAY)

    assert undecided.stage is Stage.AWAITING_PAYMENT
    assert due is not None
    assert inventory.stock_of(mall.tea.sku_id) is not None


def test_one_deadline_that_fails_keeps_no_other_waiting(mall: Mall) -> None:
    good, bad = mall.open(), mall.open()
    mall.attempt(bad, channel="sandbox")

    with clock.at(bad.pay_deadline):
        service.sweep(0)

    assert (mall.trade(good).stage, mall.trade(bad).stage) == (Stage.CANCELLED, Stage.AWAITING_PAYMENT)


def test_the_end_of_an_order_is_reached_by_time_alone(mall: Mall) -> None:
    trade = mall.buy(mall.tea.wish(1))
    mall.ship(mall.order(trade))
    now = clock.now()

    with clock.at(now + rules.LASTS[Kind.RECEIPT]):
        service.sweep(0)
        assert mall.order(trade).status is Status.COMPLETED
    with clock.at(now + rules.LASTS[Kind.RECEIPT] + rules.LASTS[Kind.AFTERSALE]):
        service.sweep(0)
    assert mall.order(trade).status is Status.CLOSED
    subjects = [trade.id, mall.order(trade).id]
    with sql.session(key=mall.user_id) as session:
        assert deadlines.of(session, mall.user_id, subjects) == {subject: [] for subject in subjects}
