"""The whole life of orders against a simple model: whatever people and time do in whatever order, both agree.

The model knows for each trade whether it waits, is paid or is cancelled, and for each of its orders the status; and it
knows nothing of locks, versions, deadlines as rows, news or sagas. Every step is done to both.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mall import clock, errors
from mall.inventory import service as inventory
from mall.orders import rules
from mall.orders.cancelling import service as cancelling
from mall.orders.model import Actor, Kind, RefundStatus, Side, Stage, Status, Trade
from mall.orders.paying import service as paying
from mall.orders.shipping import service as shipping
from mall.orders.sweeping import service as sweeping
from tests.fixtures import buying
from tests.fixtures.buying import Mall

CLERK = Actor(Side.MERCHANT, "usr_clerk")
STOCK = 1_000


@dataclass
class Known:
    """What the model knows of a trade."""

    trade: Trade
    quantities: dict[str, int]
    wallet: int
    stage: Stage = Stage.AWAITING_PAYMENT
    postponed: bool = False
    until: Any = None
    status: dict[str, Status] = field(default_factory=dict)
    agreed: set[str] = field(default_factory=set)
    moments: dict[tuple[str, Kind], Any] = field(default_factory=dict)
    overdue: set[str] = field(default_factory=set)
    receipts: dict[str, int] = field(default_factory=dict)


class Lives(RuleBasedStateMachine):
    """People who order, pay, cancel, postpone, send and receive, and a clock."""

    mall: Mall
    run: Any

    @initialize()
    def open(self) -> None:
        self.now = clock.now()
        self.at = clock.at(self.now)
        self.at.__enter__()
        self.mall = buying.opened(type(self).run, slot=9)
        for good in (self.mall.tea, self.mall.cups):
            self.fill(good)
        self.mall.fill(10_000)
        self.known: list[Known] = []

    def teardown(self) -> None:
        if hasattr(self, "mall"):
            # The next life begins in a mall in which nobody has anything to tell or to do.
            self.mall.forget()
        if hasattr(self, "at"):
            self.at.__exit__(None, None, None)

    def fill(self, good: Any) -> None:
        product = good.product
        inventory.set_available(product.merchant_id, product.id, {good.sku_id: STOCK}, by="test", reason="enough")

    def pass_time(self, by: timedelta) -> None:
        self.at.__exit__(None, None, None)
        self.now += by
        self.at = clock.at(self.now)
        self.at.__enter__()

    def some(self, data: Any, *stages: Stage) -> Known:
        return data.draw(st.sampled_from([one for one in self.known if one.stage in stages]), label="trade")

    def has(self, *stages: Stage) -> bool:
        return any(one.stage in stages for one in self.known)

    # --- what people do

    @rule(tea=st.integers(1, 3), cups=st.integers(0, 2), wallet=st.sampled_from([0, 0, 1_000]))
    @precondition(lambda self: sum(one.stage is Stage.AWAITING_PAYMENT for one in self.known) < 4)
    def place(self, tea: int, cups: int, wallet: int) -> None:
        spendable = self.mall.balance()[0]
        wallet = min(wallet, spendable)
        wishes = [self.mall.tea.wish(tea), *([self.mall.cups.wish(cups)] if cups else [])]
        trade = self.mall.open(*wishes, wallet=wallet)
        known = Known(trade, {self.mall.tea.sku_id: tea, self.mall.cups.sku_id: cups}, wallet, until=trade.pay_deadline)
        # Ids of one moment have no order of their own, and every run is to be the same.
        orders = sorted(
            self.mall.orders(trade), key=lambda order: order.merchant_id != self.mall.tea.product.merchant_id
        )
        known.status = {order.id: Status.PENDING_PAYMENT for order in orders}
        self.known.append(known)

    @rule(data=st.data(), heard=st.booleans())
    @precondition(lambda self: self.has(Stage.AWAITING_PAYMENT))
    def pay(self, data: Any, heard: bool) -> None:
        known = self.some(data, Stage.AWAITING_PAYMENT)
        self.mall.pay(known.trade)
        if heard:
            self.mall.deliver("payments.PaymentSucceeded")
        else:
            # Nobody has heard; whoever looks next finds the money.
            paying.cancel(self.mall.user_id, known.trade.id, by=Actor(Side.BUYER, self.mall.user_id), reason="x")
        self.paid(known)

    def paid(self, known: Known) -> None:
        known.stage = Stage.PAID
        for order_id in known.status:
            known.status[order_id] = Status.PAID
            known.moments[order_id, Kind.SHIP] = self.now + rules.LASTS[Kind.SHIP]

    @rule(data=st.data())
    @precondition(lambda self: self.has(Stage.AWAITING_PAYMENT))
    def cancel_unpaid(self, data: Any) -> None:
        known = self.some(data, Stage.AWAITING_PAYMENT)
        stage = paying.cancel(
            self.mall.user_id, known.trade.id, by=Actor(Side.BUYER, self.mall.user_id), reason="changed_mind"
        )
        assert stage is Stage.CANCELLED
        self.cancelled(known)

    def cancelled(self, known: Known) -> None:
        known.stage = Stage.CANCELLED
        known.status = dict.fromkeys(known.status, Status.CANCELLED)

    @rule(data=st.data())
    @precondition(lambda self: self.has(Stage.AWAITING_PAYMENT))
    def postpone(self, data: Any) -> None:
        known = self.some(data, Stage.AWAITING_PAYMENT)
        if known.postponed:
            with pytest.raises(errors.Conflict):
                paying.postpone(self.mall.user_id, known.trade.id)
            return
        paying.postpone(self.mall.user_id, known.trade.id)
        known.postponed, known.until = True, known.until + rules.PAY_POSTPONED

    @rule(data=st.data())
    @precondition(lambda self: bool(self.known))
    def ask_to_cancel(self, data: Any) -> None:
        known = data.draw(st.sampled_from(self.known))
        order_id = data.draw(st.sampled_from(list(known.status)))
        status = known.status[order_id]
        by = data.draw(st.sampled_from([Actor(Side.BUYER, self.mall.user_id), CLERK]))
        if status is Status.PAID:
            cancelling.request(self.mall.user_id, order_id, by=by, reason="changed_mind")
            known.status[order_id] = Status.CANCELLING
            if by is CLERK or order_id in known.overdue:
                known.agreed.add(order_id)
            else:
                known.moments[order_id, Kind.AGREE] = self.now + rules.LASTS[Kind.AGREE]
        elif status is Status.CANCELLING and by is not CLERK:
            cancelling.request(self.mall.user_id, order_id, by=by, reason="again")
        elif status is not Status.PENDING_PAYMENT:
            with pytest.raises(errors.Conflict):
                cancelling.request(self.mall.user_id, order_id, by=by, reason="changed_mind")

    @rule(data=st.data(), agree=st.booleans())
    @precondition(lambda self: self.in_status(Status.CANCELLING))
    def answer(self, data: Any, agree: bool) -> None:
        known, order_id = self.one_in(data, Status.CANCELLING)
        act = cancelling.agree if agree else cancelling.withdraw
        arguments: dict[str, Any] = {"by": CLERK} if agree else {}
        if order_id in known.agreed:
            with pytest.raises(errors.Conflict):
                act(self.mall.user_id, order_id, **arguments)
            return
        act(self.mall.user_id, order_id, **arguments)
        if agree:
            known.agreed.add(order_id)
        else:
            known.status[order_id] = Status.PAID
        known.moments.pop((order_id, Kind.AGREE), None)

    @rule(data=st.data())
    @precondition(lambda self: self.in_status(Status.PAID))
    def ship(self, data: Any) -> None:
        known, order_id = self.one_in(data, Status.PAID)
        order = next(one for one in self.mall.orders(known.trade) if one.id == order_id)
        self.mall.ship(order)
        known.status[order_id] = Status.SHIPPED
        known.moments[order_id, Kind.RECEIPT] = self.now + rules.LASTS[Kind.RECEIPT]

    @rule(data=st.data())
    @precondition(lambda self: self.in_status(Status.SHIPPED))
    def receive(self, data: Any) -> None:
        known, order_id = self.one_in(data, Status.SHIPPED)
        shipping.confirm_receipt(self.mall.user_id, order_id, by=Actor(Side.BUYER, self.mall.user_id))
        self.received(known, order_id)

    def received(self, known: Known, order_id: str) -> None:
        known.status[order_id] = Status.COMPLETED
        known.moments[order_id, Kind.AFTERSALE] = self.now + rules.LASTS[Kind.AFTERSALE]

    @rule(data=st.data())
    @precondition(lambda self: self.in_status(Status.SHIPPED))
    def wait_with_receipt(self, data: Any) -> None:
        known, order_id = self.one_in(data, Status.SHIPPED)
        count = known.receipts.get(order_id, 0)
        if count == rules.RECEIPT_POSTPONEMENTS:
            with pytest.raises(errors.Conflict):
                shipping.postpone_receipt(self.mall.user_id, order_id)
            return
        shipping.postpone_receipt(self.mall.user_id, order_id)
        known.receipts[order_id] = count + 1
        known.moments[order_id, Kind.RECEIPT] += rules.RECEIPT_POSTPONED

    # --- what time and others do

    @rule()
    def refund(self) -> None:
        self.mall.refund()
        for known in self.known:
            for order_id in known.agreed:
                known.status[order_id] = Status.CANCELLED

    @rule(hours=st.sampled_from([0.2, 0.6, 3, 25, 80, 24 * 12, 24 * 30]))
    def time_passes(self, hours: float) -> None:
        self.pass_time(timedelta(hours=hours))
        for _ in range(2):
            sweeping.sweep(0)
        for known in self.known:
            if known.stage is Stage.AWAITING_PAYMENT and self.now >= known.until:
                self.cancelled(known)
            for order_id, status in known.status.items():
                self.by_time(known, order_id, status)

    def by_time(self, known: Known, order_id: str, status: Status) -> None:
        def over(kind: Kind) -> bool:
            return (order_id, kind) in known.moments and self.now >= known.moments[order_id, kind]

        if status is Status.CANCELLING and order_id not in known.agreed and over(Kind.AGREE):
            known.agreed.add(order_id)
        elif status is Status.PAID and over(Kind.SHIP):
            known.overdue.add(order_id)
        elif status is Status.SHIPPED and over(Kind.RECEIPT):
            self.received(known, order_id)
        elif status is Status.COMPLETED and over(Kind.AFTERSALE):
            known.status[order_id] = Status.CLOSED

    def in_status(self, status: Status) -> bool:
        return any(status in known.status.values() for known in self.known)

    def one_in(self, data: Any, status: Status) -> tuple[Known, str]:
        found = [
            (number, order_id)
            for number, known in enumerate(self.known)
            for order_id, now in known.status.items()
            if now is status
        ]
        number, order_id = data.draw(st.sampled_from(found), label=status.value)
        return self.known[number], order_id

    # --- what always holds

    @invariant()
    def both_agree(self) -> None:
        if not getattr(self, "known", None):
            return
        for known in self.known:
            assert self.mall.trade(known.trade).stage is known.stage
            orders = self.mall.orders(known.trade)
            assert {order.id: order.status for order in orders} == known.status
            for order in orders:
                wanted = {Status.CANCELLING, Status.CANCELLED} if order.id in known.agreed else {order.status}
                assert order.status in wanted
                assert (order.refund_status is not RefundStatus.NONE) == (order.id in known.agreed)
        self.mall.check()
        held = sum(one.wallet for one in self.known if one.stage is Stage.AWAITING_PAYMENT)
        assert self.mall.balance()[1] == held


def test_the_whole_life_of_orders_is_that_of_a_simple_model(database: list[str], run: Any) -> None:
    machine = type("Lives", (Lives,), {"run": staticmethod(run)})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=8,
            stateful_step_count=18,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
